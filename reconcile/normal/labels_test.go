package normal

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/model"
)

func TestLabelFields(t *testing.T) {
	cases := []struct {
		label string
		want  model.Field
	}{
		{"Pick-up", model.FStartsAt}, {"PICKUP:", model.FStartsAt}, {"Your pick-up date & time", model.FStartsAt}, {"Car pick-up", model.FStartsAt}, {"Rental start date", model.FStartsAt},
		{"Drop-off", model.FEndsAt}, {"Return", model.FEndsAt}, {"Return date/time", model.FEndsAt}, {"Vehicle return", model.FEndsAt}, {"Due back", model.FEndsAt},
		{"Returned on", model.FReturnedAt}, {"Collected at", model.FOutAt}, {"Booked on", model.FCreatedAt}, {"Last updated", model.FUpdatedAt}, {"Cancelled on", model.FCancelledAt},
		{"Total", model.FTotal}, {"Total price (incl. VAT)", ""}, {"Grand total", model.FTotal}, {"Deposit", model.FDeposit}, {"Balance due", model.FBalance}, {"Amount paid", model.FPaid}, {"Amount", model.FAmount}, {"VAT", "tax"}, {"Subtotal", ""},
		{"Booking number", model.FCode}, {"Booking #", model.FCode}, {"Booking №", model.FCode}, {"Confirmation code", model.FCode}, {"Your reference", model.FCode}, {"Rental ID", model.FCode}, {"Ref", model.FCode},
		{"Name", model.FFullName}, {"Customer", model.FFullName}, {"Main driver", model.FFullName}, {"Driver's name", model.FFullName}, {"First name", model.FFirstName}, {"Surname", model.FLastName}, {"Driver first name", model.FFirstName},
		{"Phone", model.FPhone}, {"Mobile number", model.FPhone}, {"Customer phone", model.FPhone}, {"E-mail", model.FEmail}, {"Email address", model.FEmail}, {"Contact e-mail", model.FEmail},
		{"Vehicle", model.FVehicle}, {"Your car", model.FVehicle}, {"Vehicle class", model.FClass}, {"License plate", model.FPlate}, {"Reg. no.", model.FPlate}, {"VIN", model.FVIN},
		{"Pick-up location", model.FPickupLoc}, {"Return location", model.FReturnLoc}, {"Status", model.FStatus}, {"Payment method", model.FMethod}, {"Date of birth", "born_on"}, {"Driving licence number", "licence"},
		{"Abholung", model.FStartsAt}, {"Rückgabe am", ""}, {"Rückgabe", model.FEndsAt}, {"Gesamtbetrag", model.FTotal}, {"Buchungsnr.", model.FCode}, {"Kennzeichen", model.FPlate}, {"Ihre Buchungsnummer", model.FCode}, {"Anzahlung", model.FDeposit}, {"Restbetrag", model.FBalance}, {"Abholort", model.FPickupLoc},
		{"Départ", model.FStartsAt}, {"Date de retour", model.FEndsAt}, {"N° de réservation", model.FCode}, {"Montant total", model.FTotal}, {"Véhicule", model.FVehicle}, {"Lieu de retour", model.FReturnLoc}, {"Téléphone", model.FPhone}, {"Acompte", model.FDeposit}, {"Reste à payer", model.FBalance},
		{"Recogida", model.FStartsAt}, {"Fecha de devolución", model.FEndsAt}, {"Número de reserva", model.FCode}, {"Nº de reserva", model.FCode}, {"Matrícula", model.FPlate}, {"Apellidos", model.FLastName}, {"Correo electrónico", model.FEmail}, {"Fianza", model.FDeposit},
		{"Ritiro", model.FStartsAt}, {"Riconsegna", model.FEndsAt}, {"Codice prenotazione", model.FCode}, {"Targa", model.FPlate}, {"Nome e cognome", model.FFullName}, {"Cognome", model.FLastName},
		{"Retirada", model.FStartsAt}, {"Devolução", model.FEndsAt}, {"Código da reserva", model.FCode}, {"Valor total", model.FTotal}, {"Telemóvel", model.FPhone},
		{"Ophalen", model.FStartsAt}, {"Inleveren", model.FEndsAt}, {"Reserveringsnummer", model.FCode}, {"Kenteken", model.FPlate}, {"Borg", model.FDeposit},
		{"Upphämtning", model.FStartsAt}, {"Återlämning", model.FEndsAt}, {"Bokningsnummer", model.FCode}, {"Totalt", model.FTotal}, {"Förnamn", model.FFirstName},
		{"Odbiór", model.FStartsAt}, {"Data zwrotu", model.FEndsAt}, {"Numer rezerwacji", model.FCode}, {"Razem", model.FTotal}, {"Imię i nazwisko", model.FFullName}, {"Kaucja", model.FDeposit},
		{"Получение", model.FStartsAt}, {"Дата возврата", model.FEndsAt}, {"Номер бронирования", model.FCode}, {"Итого", model.FTotal}, {"ФИО", model.FFullName}, {"Тел.", model.FPhone}, {"Госномер", model.FPlate}, {"Залог", model.FDeposit},
		{"Alış Tarihi", model.FStartsAt}, {"İade Tarihi", model.FEndsAt}, {"Rezervasyon No", model.FCode}, {"Toplam Tutar", model.FTotal}, {"Ad Soyad", model.FFullName}, {"Plaka", model.FPlate}, {"Alış Yeri", model.FPickupLoc},
		{"Παραλαβή", model.FStartsAt}, {"Επιστροφή", model.FEndsAt}, {"Αριθμός κράτησης", model.FCode}, {"Σύνολο", model.FTotal}, {"Ονοματεπώνυμο", model.FFullName}, {"Τηλέφωνο", model.FPhone},
		{"受取日時", model.FStartsAt}, {"返却予定日時", model.FEndsAt}, {"ご予約番号", model.FCode}, {"合計金額", model.FTotal}, {"お名前", model.FFullName}, {"電話番号", model.FPhone}, {"車両番号", model.FPlate},
		{"取车时间", model.FStartsAt}, {"还车时间", model.FEndsAt}, {"订单号", model.FCode}, {"总价", model.FTotal}, {"姓名", model.FFullName}, {"手机号", model.FPhone}, {"车牌号", model.FPlate}, {"取车地点", model.FPickupLoc},
		{"대여 일시", model.FStartsAt}, {"반납일시", model.FEndsAt}, {"예약 번호", model.FCode}, {"차량번호", model.FPlate},
		{"Date", ""}, {"Out", ""}, {"Return policy", ""}, {"Pick-up / Return", ""}, {"Booking date", ""}, {"", ""}, {"Terms and conditions", ""}, {"How to return the vehicle to our office", ""}, {"Promo code", ""},
	}
	for _, c := range cases {
		t.Run(c.label, func(t *testing.T) {
			got := LabelFields(c.label)
			if c.want == "" {
				require.Empty(t, got)
				return
			}
			require.NotEmpty(t, got)
			require.Equal(t, c.want, got[0])
		})
	}
}

// A phrase that stands in two lines would mean what the order of the lines says.
func TestLabelPhrasesAreUnique(t *testing.T) {
	seen := map[string]model.Field{}
	for _, line := range labelWords() {
		for _, p := range strings.Split(line.phrases, "|") {
			key := labelKey(Words(p))
			require.NotEmpty(t, key, "%q", p)
			if f, dup := seen[key]; dup && f != line.fields[0] {
				t.Errorf("%q means %s and %s", p, f, line.fields[0])
			}
			seen[key] = line.fields[0]
		}
	}
	for _, p := range strings.Split(ambiguousLabels, "|") {
		if f, dup := seen[labelKey(Words(p))]; dup {
			t.Errorf("%q is ambiguous and means %s", p, f)
		}
	}
}

func TestStatusWordsAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, line := range statusWords() {
		status, words, _ := strings.Cut(line, ":")
		for _, w := range strings.Split(words, "|") {
			key := labelKey(Words(w))
			if s, dup := seen[key]; dup && s != status {
				t.Errorf("%q means %s and %s", w, s, status)
			}
			seen[key] = status
		}
	}
}

func TestStatusOf(t *testing.T) {
	cases := []struct{ word, want string }{
		{"CANCELLED", model.Cancelled}, {"canceled", model.Cancelled}, {"VOID", model.Cancelled}, {"storniert", model.Cancelled}, {"Annulée", model.Cancelled}, {"İptal edildi", model.Cancelled}, {"отменён", model.Cancelled}, {"已取消", model.Cancelled}, {"キャンセル済み", model.Cancelled},
		{"no-show", model.NoShow}, {"NO_SHOW", model.NoShow}, {"nicht erschienen", model.NoShow}, {"неявка", model.NoShow},
		{"Confirmed", model.Confirmed}, {"BOOKED", model.Confirmed}, {"bestätigt", model.Confirmed}, {"Booking confirmed", model.Confirmed}, {"onaylandı", model.Confirmed}, {"確定", model.Confirmed},
		{"ON_HIRE", model.Active}, {"In progress", model.Active}, {"貸出中", model.Active}, {"en cours", model.Active},
		{"Returned", model.Completed}, {"closed", model.Completed}, {"abgeschlossen", model.Completed}, {"tamamlandı", model.Completed}, {"已还车", model.Completed},
		{"Pending", model.Pending}, {"option", model.Pending}, {"ausstehend", model.Pending}, {"ожидает", model.Pending},
		{"", ""}, {"blue", ""}, {"paid", ""}, {strings.Repeat("x", 100), ""},
	}
	for _, c := range cases {
		t.Run(c.word, func(t *testing.T) { require.Equal(t, c.want, StatusOf(c.word)) })
	}
}
