package normal

// This file: the word lists of Scan, folded once into tables that nobody writes to again.

import (
	"strings"
	"sync"
)

// vocabulary holds the folded word tables of Scan.
type vocabulary struct {
	months    map[string]month
	weekdays  map[string]uint8 // bit n stands for time.Weekday(n)
	link      map[string]bool  // may stand between a date and its time
	strong    map[string]bool  // announce a time of day: a dotted or a bare hour may follow
	before    map[string]bool  // may stand between a time and the date after it
	dayPrefix map[string]bool  // announce a date: "3.5." after one of these is no decimal
	currency  map[string]string
	areas     map[string]bool
	phone     map[string]bool
	units     map[string]bool
}

// vocab gives the tables, built at first use.
var vocab = sync.OnceValue(buildVocabulary)

func buildVocabulary() *vocabulary {
	v := &vocabulary{
		months:    map[string]month{},
		weekdays:  map[string]uint8{},
		link:      wordSet("at um ab a à as às alas la las alle ore ora h kl klo o ob o'clock godz godzina godzinie v в у о om os saat stis time uhrzeit heure heures hora tid czas время час hour from von de des dalle från fra od с з desde by until till before bis g г goda року року р r roku god ca circa approx about the kello aika tijd klock den den dne urn pick up on t"),
		strong:    wordSet("um kl klo ore ora godz godzina godzinie saat om alle o v в у о stis uhrzeit tid czas время heure hora time kello ob od dalle ab von bis"),
		before:    wordSet("on am den le el il dne del du de do em op på the of w dnia v в la data date datum fecha domenica al auf"),
		dayPrefix: wordSet("am vom bis den ab zum der dem des dne od do dnia le el il på den fra til"),
		currency:  map[string]string{},
		areas:     wordSet("africa america antarctica arctic asia atlantic australia europe indian pacific etc us canada brazil mexico chile"),
		phone:     wordSet("tel telephone phone fon telefon mobile mob cell handy mobil mobiltelefon móvil movil teléfono celular cellulare telefono téléphone portable telefone celular telemóvel telefoon gsm puhelin telefono komórka komórkowy mobilní телефон тел моб τηλ τηλέφωνο κινητό fax whatsapp call cep ring hotline"),
		units:     wordSet("km kms mi miles mile kg g gb mb kb l litre litres liter liters h hr hrs hours hour min mins minutes days day tage jours días dias giorni x percent mm cm m ft in kw kwh ps hp mph kmh"),
	}
	weak := wordSet(weakMonths)
	for _, lang := range monthNames() {
		for i, forms := range strings.Split(lang, "|") {
			for _, f := range strings.Fields(forms) {
				key := Fold(f)
				if _, dup := v.months[key]; !dup {
					v.months[key] = month{n: i + 1, weak: weak[key]}
				}
			}
		}
	}
	for _, lang := range weekdayNames() {
		for i, forms := range strings.Split(lang, "|") {
			for _, f := range strings.Fields(forms) {
				v.weekdays[strings.ReplaceAll(Fold(f), " ", "")] |= 1 << ((i + 1) % 7)
			}
		}
	}
	for _, line := range currencyWords() {
		cur, words, _ := strings.Cut(line, ":")
		for _, w := range strings.Fields(words) {
			v.currency[Fold(w)] = cur
		}
	}
	return v
}

// wordSet folds a list of words into a set.
func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		if f := Fold(w); f != "" {
			set[f] = true
		}
	}
	return set
}
