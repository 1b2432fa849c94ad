package normal

// This file: the names of months and weekdays. The lists are the wide, genitive and abbreviated
// forms of the Unicode CLDR for each language; Fold brings them and the text to one spelling.

// month is what a word says of a month. A weak word is also an everyday word, or a short
// abbreviation: it makes a date only with a year beside it, or written with a capital.
type month struct {
	n    int
	weak bool
}

// monthNames has one line a language, months divided by "|", forms of one month by blanks.
func monthNames() []string {
	return []string{
		"january jan|february feb febr|march mar|april apr|may|june jun|july jul|august aug|september sep sept|october oct|november nov|december dec",                                                                                                                                                                    // en
		"januar jänner jan jän|februar feber feb|märz mrz mär maerz|april apr|mai|juni jun|juli jul|august aug|september sep sept|oktober okt|november nov|dezember dez",                                                                                                                                                 // de
		"janvier janv jan|février févr fév fevr|mars|avril avr|mai|juin|juillet juil|août|septembre sept|octobre oct|novembre nov|décembre déc",                                                                                                                                                                          // fr
		"enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto ago|septiembre setiembre sep sept set|octubre oct|noviembre nov|diciembre dic",                                                                                                                                                    // es
		"gennaio gen|febbraio feb febb|marzo mar|aprile apr|maggio mag|giugno giu|luglio lug|agosto ago|settembre set sett|ottobre ott|novembre nov|dicembre dic",                                                                                                                                                        // it
		"janeiro jan|fevereiro fev|março mar|abril abr|maio mai|junho jun|julho jul|agosto ago|setembro set|outubro out|novembro nov|dezembro dez",                                                                                                                                                                       // pt
		"januari jan|februari feb|maart mrt|april apr|mei|juni jun|juli jul|augustus aug|september sep|oktober okt|november nov|december dec",                                                                                                                                                                            // nl
		"januari jan|februari feb febr|mars mar|april apr|maj|juni jun|juli jul|augusti aug|september sep sept|oktober okt|november nov|december dec",                                                                                                                                                                    // sv
		"januar jan|februar feb febr|marts mar|april apr|maj|juni jun|juli jul|august aug|september sep sept|oktober okt|november nov|december dec",                                                                                                                                                                      // da
		"januar jan|februar feb|mars mar|april apr|mai|juni jun|juli jul|august aug|september sep|oktober okt|november nov|desember des",                                                                                                                                                                                 // nb
		"tammikuu tammikuuta tammi|helmikuu helmikuuta helmi|maaliskuu maaliskuuta maalis|huhtikuu huhtikuuta huhti|toukokuu toukokuuta touko|kesäkuu kesäkuuta kesä|heinäkuu heinäkuuta heinä|elokuu elokuuta elo|syyskuu syyskuuta syys|lokakuu lokakuuta loka|marraskuu marraskuuta marras|joulukuu joulukuuta joulu", // fi
		"styczeń stycznia sty|luty lutego lut|marzec marca mar|kwiecień kwietnia kwi|maj maja|czerwiec czerwca cze|lipiec lipca lip|sierpień sierpnia sie|wrzesień września wrz|październik października paź|listopad listopada lis|grudzień grudnia gru",                                                                // pl
		"leden ledna led|únor února úno|březen března bře|duben dubna dub|květen května kvě|červen června čvn|červenec července čvc|srpen srpna srp|září zář|říjen října říj|listopad listopadu lis|prosinec prosince pro",                                                                                               // cs
		"január januára|február februára|marec marca|apríl apríla|máj mája|jún júna|júl júla|august augusta|september septembra|október októbra|november novembra|december decembra",                                                                                                                                     // sk
		"январь января янв|февраль февраля фев февр|март марта мар|апрель апреля апр|май мая|июнь июня июн|июль июля июл|август августа авг|сентябрь сентября сен сент|октябрь октября окт|ноябрь ноября ноя нояб|декабрь декабря дек",                                                                                   // ru
		"січень січня січ|лютий лютого лют|березень березня бер|квітень квітня кві квіт|травень травня тра трав|червень червня чер черв|липень липня лип|серпень серпня сер серп|вересень вересня вер|жовтень жовтня жов жовт|листопад листопада лис лист|грудень грудня гру груд",                                    // uk
		"януари яну|февруари фев|март|април апр|май|юни|юли|август авг|септември сеп|октомври окт|ноември ное|декември дек",                                                                                                                                                                                           // bg
		"ocak oca|şubat şub|mart mar|nisan nis|mayıs may|haziran haz|temmuz tem|ağustos ağu|eylül eyl|ekim eki|kasım kas|aralık ara",                                                                                                                                                                                  // tr
		"Ιανουάριος Ιανουαρίου Ιαν|Φεβρουάριος Φεβρουαρίου Φεβ Φεβρ|Μάρτιος Μαρτίου Μαρ Μαρτ|Απρίλιος Απριλίου Απρ|Μάιος Μαΐου Μαΐ|Ιούνιος Ιουνίου Ιουν|Ιούλιος Ιουλίου Ιουλ|Αύγουστος Αυγούστου Αυγ|Σεπτέμβριος Σεπτεμβρίου Σεπ Σεπτ|Οκτώβριος Οκτωβρίου Οκτ|Νοέμβριος Νοεμβρίου Νοε Νοεμ|Δεκέμβριος Δεκεμβρίου Δεκ", // el
		"január jan|február feb febr|március márc|április ápr|május máj|június jún|július júl|augusztus aug|szeptember szept szep|október okt|november nov|december dec",                                                                                                                                              // hu
		"ianuarie ian|februarie feb|martie mart|aprilie apr|mai|iunie iun|iulie iul|august aug|septembrie sept|octombrie oct|noiembrie nov noi|decembrie dec",                                                                                                                                                         // ro
		"jaanuar|veebruar|märts|aprill|mai|juuni|juuli|august|september|oktoober|november|detsember",                                         // et
		"januari jan|februari feb|maret mar|april apr|mei|juni jun|juli jul|agustus agu|september sep|oktober okt|november nov|desember des", // id
	}
}

// weakMonths are month forms that are everyday words somewhere.
const weakMonths = "may mar mars mart set out ago dic gen mag mai mei maj jan pro led dub bre kve lis lip lipa sie gru sty ara eki kas tem oca noi elo ian luty lut cze kwi sep dec nov ber tra cher ser ver mart march lang lug ott giu"

// weekdayNames has one line a language, Monday first, written as monthNames. An abbreviation may
// stand for two days in two languages; then either is accepted.
func weekdayNames() []string {
	return []string{
		"monday mon|tuesday tue tues|wednesday wed|thursday thu thur thurs|friday fri|saturday sat|sunday sun",
		"montag mo|dienstag di|mittwoch mi|donnerstag do|freitag fr|samstag sonnabend sa|sonntag so",
		"lundi lun|mardi mar|mercredi mer|jeudi jeu|vendredi ven|samedi sam|dimanche dim",
		"lunes lun|martes mar|miércoles mié|jueves jue|viernes vie|sábado sáb|domingo dom",
		"lunedì lun|martedì mar|mercoledì mer|giovedì gio|venerdì ven|sabato sab|domenica dom",
		"segunda seg|terça ter|quarta qua|quinta qui|sexta sex|sábado sáb|domingo dom",
		"maandag ma|dinsdag di|woensdag wo|donderdag do|vrijdag vr|zaterdag za|zondag zo",
		"måndag mån|tisdag tis|onsdag ons|torsdag tors tor|fredag fre|lördag lör|söndag sön",
		"mandag man|tirsdag tir|onsdag ons|torsdag tor|fredag fre|lørdag lør|søndag søn",
		"maanantai maanantaina ma|tiistai tiistaina ti|keskiviikko keskiviikkona ke|torstai torstaina to|perjantai perjantaina pe|lauantai lauantaina la|sunnuntai sunnuntaina su",
		"poniedziałek pon pn|wtorek wt|środa śr środę|czwartek czw|piątek pt|sobota sob sobotę|niedziela niedz nd niedzielę",
		"pondělí po|úterý út|středa st středu|čtvrtek čt|pátek pá|sobota so sobotu|neděle ne neděli",
		"понедельник пн|вторник вт|среда среду ср|четверг чт|пятница пятницу пт|суббота субботу сб|воскресенье вс",
		"понеділок пн|вівторок вт|середа середу ср|четвер чт|пʼятниця пт|субота суботу сб|неділя неділю нд",
		"pazartesi pzt|salı sal|çarşamba çar|perşembe per|cuma cum|cumartesi cmt|pazar paz",
		"Δευτέρα Δευ|Τρίτη Τρί|Τετάρτη Τετ|Πέμπτη Πέμ|Παρασκευή Παρ|Σάββατο Σάβ|Κυριακή Κυρ",
		"hétfő|kedd|szerda sze|csütörtök csüt|péntek|szombat szo|vasárnap vas",
		"luni lun|marți mar|miercuri mie|joi|vineri vin|sâmbătă sâm|duminică dum",
		"月|火|水|木|金|土|日",
		"월|화|수|목|금|토|일",
		"一|二|三|四|五|六|天",
	}
}
