package draft

// This file: words of small vocabularies and what they mean: statuses, kinds of payment, ways to pay.

import (
	"strings"
	"sync"

	"salvage/model"
	"salvage/reconcile/normal"
)

// meaningLines are "canonical word: stems of words". A stem of five letters and more also stands for what begins with it.
func meaningLines(what string) string {
	switch what {
	case "status":
		return `
no_show: noshow nichterschienen nichtangetreten nopresentado nonpresente nonpresentado ausente absent nonpresentato naocompareceu nietverschenen uteblev udeblevet ikkemott niepojawil notappeared
cancelled: cancel canceled cancelled void storno stornier annul anul disdett abgesagt abgelehnt declined rejected rechazad refuse afgezegd geannuleerd avbok avbestal avbestil kanseller zrusen iptal deleted geloscht failed expired verfallen expirad caducad avvist odrzucon afgewezen rifiutat recusad
pending: pending quote option offer angebot anfrage request offen open new neu draft entwurf tentativ provision unconfirm await wait hold presupuest pendient solicitud espera attente devis demande provvisor preventiv richiest attesa pendent orcament aguardand afwacht aanvraag offerte concept openstaand vantande prelimin offert afventer foresporg tilbud venter oczek zapytani oferta nowa nowe wstepn nuevo nueva nuov novo nova nieuw nouveau unpaid temp reserviert_vorlaufig
active: active aktiv onhire onrent out pickedup checkedout checkedin inprogress ongoing running started laufend unterwegs abgeholt vermietet ausgegeben ausgeliehen ubergeben activ encurso entregad recogid enalquil encours enlocation sorti remis incorso attiv ritirat consegnat uscit emandament ativ retirad actief lopend opgehaald onderweg verhuurd uitgegeven aktiv utlamnad pagaend hamtad uthyrd igang udlever hentet utlever wtrakc aktywn wydan wynajet odebran inuse rented live current hired
completed: complet return closed done finish ended settled checkedin abgeschlossen beendet zuruck ruckgabe erledigt geschlossen fertig finaliz devuelt cerrad terminad concluid complet termin rendu cloture restitu clos chius concluso rientrat riconsegn finaliz devolvid encerrad conclu fechad afgerond voltooid ingeleverd teruggebracht gesloten afgesloten avslut aterlamn klar stangd afsluttet faerdig afleveret lukket fullfort innlevert avsluttet zakoncz zwroc zamkniet zrealizowan fulfilled archived past used
confirmed: confirm book reserved bestat gebucht reserviert confirmad reservad confirme reserve confermat prenotat bevestig geboekt gereserveerd bekraft bokad bokat bekraeft booket reserver bekreft potwierdz zarezerw accepted approved angenommen genehmigt aceptad aprobad accepte approuve accettat approvat aceit geaccepteerd godkand godkendt akcept paid bezahlt pagad paye pagat betaald betald betalt oplacon scheduled upcoming planned geplant programad gepland planerad zaplanow ok valid guaranteed garanti`
	case "kind":
		return `
refund: refund ref erstatt ruckzahl ruckerstatt gutschrift reembols rembours rimbors terugbetal aterbetal refusion refunder zwrot storno devolucion estorno credit creditnote tilbagebetal tilbakebetal
deposit: deposit dep advance prepay downpay anzahl kaution senal anticip fianz deposito acompte arrhes caution accont caparr cauzion sinal adiantament caucao aanbetal borg waarborg handpenning forskott deposition depositum forskud zaliczk kaucj zadatek
balance: balance bal rest saldo restzahl remaind final solde restant pendient resto slutbetal restbetal restbelop doplata settlement abschluss schlusszahl
hold: hold preauth auth authoriz blocked sperrbetrag vorautor preautor preautoris preautorizz reserva_fondos blokada
insurance: insur versicher segur assuranc assicur verzeker forsakr forsikr ubezpiecz cdw waiver
fee: fee extra surcharge penalt fine late damage fuel gebuhr zuschlag schaden strafe tank nachzahl mehrkilometer recargo multa suplement cargo dano frais supplement penalit dommage supplement spese danno multa penal taxa acrescimo toeslag boete schade avgift skada tillagg gebyr skade tillaeg oplat doplat kara szkod extras addition other_charge
rental: rental rent hire full total booking miete mietbetrag mietzahl buchung gesamt alquiler reserva total renta location loyer integral nolegg affitt totale prenotaz alugu locac integral huur volledig hyra hel leje udlejning leie hele najem wynajem calosc czynsz
other: other misc sonst otro autre altro outro overig ovrigt andet annet inne gift voucher`
	case "method":
		return `
card: card pin cc credit creditcard debitcard visa mastercard amex stripe karte kreditkarte eckarte kredit tarjeta carte cartebancaire carta cartadicredito cartao kaart creditkaart kort kreditkort kortbetalning karta girocard bancontact tpv datafono
cash: cash cod bar bargeld barzahlung efectivo metalico especes liquide contanti dinheiro numerario contant kontant kontanter gotowka gotowk
bank: bank transfer banktransfer wire bacs sepa uberweis transferenc virement bonific overschrijving bankoverschrijving overforing overforsel przelew lastschrift directdebit iban`
	case "other method":
		return `other: swish vipps mobilepay blik bizum paypal klarna cheque check scheck applepay googlepay invoice rechnung factura voucher gift online ideal`
	case "channel":
		return `
web: web site siteinternet online website internet homepage webseite webshop sitioweb pagina siteweb enligne sito sitoweb netz hemsida nettside nettbutikk strona
phone: phone telephone call telefon telefonisch telefono telefonica telephonique telefonico telefone telefonicamente telefoon tlf puhelin
walk-in: walkin counter desk vorort schalter laden mostrador presencial enpersona comptoir surplace agence_locale banco sportello balcao presencialmente balie ter_plaatse disk butik skranke okienko
partner: partner agency agent ota agentur vermittler socio agencia revendedor partenaire agence agenzia parceiro partenaires agentschap partnerzy`
	}
	return ""
}

type stems struct{ whole, begin map[string]string }

var meanings = sync.OnceValue(func() map[string]*stems {
	out := map[string]*stems{}
	for _, what := range []string{"status", "kind", "method", "other method", "channel"} {
		s := &stems{map[string]string{}, map[string]string{}}
		for _, line := range strings.Split(strings.TrimSpace(meaningLines(what)), "\n") {
			canon, list, _ := strings.Cut(line, ":")
			for _, w := range strings.Fields(list) {
				w = strings.ReplaceAll(w, "_", "")
				if _, ok := s.whole[w]; ok {
					continue
				}
				s.whole[w] = canon
				if len(w) >= 5 {
					s.begin[w] = canon
				}
			}
		}
		out[what] = s
	}
	return out
})

// meaning looks a word up: whole, then by the longest stem that it begins with, then by its parts.
func meaning(what, word string) string {
	if len(word) > 60 {
		return ""
	}
	s := meanings()[what]
	ps := pieces(word)
	whole := strings.Join(ps, "")
	if c := s.look(whole); c != "" {
		return c
	}
	found := ""
	for _, p := range ps {
		c := s.look(p)
		switch {
		case c == "" || c == found:
		case found == "":
			found = c
		default:
			return "" // two parts that mean different things
		}
	}
	return found
}

func (s *stems) look(w string) string {
	for _, form := range []string{w, strings.NewReplacer("ue", "u", "oe", "o", "ae", "a").Replace(w)} {
		if c, ok := s.whole[form]; ok {
			return c
		}
		for n := len(form); n >= 5; n-- {
			if c, ok := s.begin[form[:n]]; ok {
				return c
			}
		}
	}
	return ""
}

// statusWord is the canonical status of a word; "" when nobody knows it.
func statusWord(w string) string {
	if s := normal.StatusOf(strings.Join(pieces(w), " ")); s != "" {
		return s
	}
	return meaning("status", w)
}

// kindWord is the canonical kind of payment that a word means; "" when nobody knows it.
func kindWord(w string) string { return meaning("kind", w) }

func methodWord(w string) string { return meaning("method", w) }

func channelWord(w string) string { return meaning("channel", w) }

// knownMethod also knows ways to pay that have no canonical word.
func knownMethod(w string) string {
	if m := methodWord(w); m != "" {
		return m
	}
	return meaning("other method", w)
}

// canonical lists the words that a field of small vocabulary may have.
func canonical(k model.Kind, f model.Field) (list []string, look func(string) string) {
	switch {
	case k == model.Reservation && f == model.FStatus:
		return []string{model.Pending, model.Confirmed, model.Active, model.Completed, model.Cancelled, model.NoShow}, statusWord
	case k == model.Payment && f == model.FPayKind:
		return []string{model.PayDeposit, model.PayBalance, model.PayRental, "insurance", model.PayHold, model.PayRefund, model.PayFee, model.PayOther}, kindWord
	}
	return nil, nil
}
