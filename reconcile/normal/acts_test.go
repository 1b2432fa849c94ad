package normal

import (
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/model"
)

func TestActOf(t *testing.T) {
	cases := []struct {
		title, lead string
		want        model.Act
	}{
		{"Your booking AB123 is confirmed", "", model.ActCreated},
		{"Booking confirmation", "Free cancellation until 24 hours before pick-up. Cancellation policy applies.", model.ActCreated},
		{"Booking confirmed - free cancellation", "", model.ActCreated},
		{"Reservation cancelled: AB123", "", model.ActCancelled},
		{"Cancellation of your reservation", "", model.ActCancelled},
		{"Confirmation of cancellation", "", model.ActCancelled},
		{"Our cancellation policy has changed our terms", "", ""},
		{"Updated terms", "We have updated our privacy policy.", ""},
		{"Your reservation has been changed", "", model.ActChanged},
		{"Booking update: AB123", "", model.ActChanged},
		{"Reminder: your rental starts tomorrow", "", model.ActReminded},
		{"Payment reminder", "", ""},
		{"Thank you for returning the vehicle", "", model.ActReturned},
		{"AB123", "Dear Ada, your booking has been cancelled. We hope to see you again.", model.ActCancelled},
		{"AB123", "Thank you for your booking! It can be cancelled until Friday.", model.ActCreated},
		{"AB123", "Your booking has not been cancelled.", ""},
		{"AB123", "If your booking is cancelled we will refund you.", ""},
		{"Can I cancel my booking?", "your booking has been cancelled", ""},
		{"Question about my booking", "", ""},
		{"Re: Booking confirmation AB123", "Hello, please cancel my booking.", ""},
		{"Re: Booking confirmation AB123", "Hello Ada, your booking has been cancelled as you asked.", model.ActCancelled},
		{"Fwd: Booking confirmation AB123", "", model.ActCreated},
		{"Newsletter: new cars are in", "", ""},
		{"Save 20% — limited time", "Your reservation is waiting", ""},
		{"Invoice 2026-001", "Please find the invoice attached.", ""},
		{"", "", ""},
		{"Buchungsbestätigung 4711", "Kostenlose Stornierung bis 24 h vorher.", model.ActCreated},
		{"Ihre Buchung wurde storniert", "", model.ActCancelled},
		{"Änderung Ihrer Reservierung", "", model.ActChanged},
		{"Stornierungsbedingungen", "", ""},
		{"Confirmation de réservation", "", model.ActCreated},
		{"Votre réservation a été annulée", "", model.ActCancelled},
		{"Annulation gratuite", "", ""},
		{"Reserva confirmada", "", model.ActCreated},
		{"Reserva cancelada", "", model.ActCancelled},
		{"Recordatorio de su reserva", "", model.ActReminded},
		{"Prenotazione confermata", "", model.ActCreated},
		{"Prenotazione annullata", "", model.ActCancelled},
		{"Reserva confirmada — cancelamento gratuito", "", model.ActCreated},
		{"Uw reservering is geannuleerd", "", model.ActCancelled},
		{"Bokningsbekräftelse", "", model.ActCreated},
		{"Din bokning har ändrats", "", model.ActChanged},
		{"Potwierdzenie rezerwacji", "", model.ActCreated},
		{"Rezerwacja anulowana", "", model.ActCancelled},
		{"Бронирование подтверждено", "", model.ActCreated},
		{"Ваше бронирование отменено", "", model.ActCancelled},
		{"Бесплатная отмена", "", ""},
		{"Rezervasyon onayı", "", model.ActCreated},
		{"Rezervasyonunuz iptal edildi", "", model.ActCancelled},
		{"Επιβεβαίωση κράτησης", "", model.ActCreated},
		{"Ακύρωση κράτησης", "", model.ActCancelled},
		{"ご予約確認のお知らせ", "キャンセル料について", model.ActCreated},
		{"予約キャンセルのお知らせ", "", model.ActCancelled},
		{"预订成功通知", "", model.ActCreated},
		{"订单已取消", "", model.ActCancelled},
		{"免费取消", "", ""},
	}
	for _, c := range cases {
		t.Run(c.title+"|"+c.lead, func(t *testing.T) { require.Equal(t, c.want, ActOf(c.title, c.lead)) })
	}
}
