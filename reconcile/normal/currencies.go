package normal

// This file: the names and signs of currencies.

// currencyWords lists, a currency a line, the words that stand for it beside an amount. "-" is a
// currency that the word alone does not settle: dollars and crowns of several countries.
func currencyWords() []string {
	return []string{
		"eur:eur euro euros euroa evro",
		"usd:usd",
		"gbp:gbp quid sterling",
		"chf:chf sfr fr franken",
		"jpy:jpy yen",
		"cny:cny rmb yuan",
		"try:try tl lira lirası",
		"rub:rub руб рублей рубля рубль р",
		"uah:uah грн гривень гривні",
		"pln:pln zł zl złotych złote",
		"czk:czk kč korun",
		"huf:huf ft forint",
		"ron:ron lei leu",
		"bgn:bgn лв лева",
		"sek:sek",
		"nok:nok",
		"dkk:dkk",
		"isk:isk",
		"-:kr kronor kroner kronur dollar dollars",
		"cad:cad", "aud:aud", "nzd:nzd", "hkd:hkd", "sgd:sgd", "twd:twd", "mxn:mxn", "brl:brl reais real",
		"inr:inr rs rupees", "idr:idr rp", "myr:myr rm", "thb:thb baht", "php:php", "vnd:vnd", "krw:krw", "zar:zar",
		"aed:aed dhs", "sar:sar", "qar:qar", "kwd:kwd", "bhd:bhd", "omr:omr", "jod:jod", "ils:ils nis", "egp:egp", "mad:mad dh",
		"tnd:tnd dt", "ngn:ngn", "kes:kes ksh", "ghs:ghs", "ars:ars", "clp:clp", "cop:cop", "pen:pen", "uyu:uyu", "crc:crc", "dop:dop",
		"gel:gel", "amd:amd", "azn:azn", "kzt:kzt тг", "rsd:rsd din", "bam:bam", "mkd:mkd", "all:all", "mdl:mdl", "mur:mur", "lkr:lkr", "npr:npr", "pkr:pkr", "bdt:bdt",
	}
}

// shouted reports the currency words that count only when written in capitals, for they are everyday
// words, or too short to be sure, in small letters.
func shouted(w string) bool {
	switch w {
	case "all", "try", "mad", "pen", "cop", "php", "nis", "dh", "rm", "dt", "ft", "tl", "gel", "din", "real", "lev", "lei", "bam", "nok", "isk":
		return true
	}
	return false
}

// halfShouted are those of them that are often written with a capital or in small letters behind the
// amount, where a number makes the meaning plain.
func halfShouted(w string) bool {
	switch w {
	case "tl", "ft", "lei", "dh", "nok", "isk", "din":
		return true
	}
	return false
}

// currencySign gives the currency of a sign; cur is "" for the bare dollar, ok false for no sign.
func currencySign(r rune) (cur string, ok bool) {
	switch r {
	case '$':
		return "", true
	case '€':
		return "eur", true
	case '£', '₤':
		return "gbp", true
	case '¥':
		return "jpy", true
	case '₺':
		return "try", true
	case '₽':
		return "rub", true
	case '₴':
		return "uah", true
	case '₹', '₨':
		return "inr", true
	case '₩':
		return "krw", true
	case '₪':
		return "ils", true
	case '₫':
		return "vnd", true
	case '฿':
		return "thb", true
	case '₦':
		return "ngn", true
	case '₱':
		return "php", true
	case '₡':
		return "crc", true
	case '₾':
		return "gel", true
	case '₸':
		return "kzt", true
	case '₼':
		return "azn", true
	}
	return "", false
}

// dollarOf gives the currency of a sign that letters before it qualify: CA$, R$, CN¥.
func dollarOf(prefix string, r rune) (string, bool) {
	if r == '¥' {
		switch prefix {
		case "CN", "RMB":
			return "cny", true
		case "JP":
			return "jpy", true
		}
		return "", false
	}
	if r != '$' {
		return "", false
	}
	switch prefix {
	case "US", "USD", "U":
		return "usd", true
	case "CA", "C", "CAD", "CDN":
		return "cad", true
	case "A", "AU", "AUD":
		return "aud", true
	case "NZ", "NZD":
		return "nzd", true
	case "HK", "HKD":
		return "hkd", true
	case "S", "SG", "SGD":
		return "sgd", true
	case "NT":
		return "twd", true
	case "MX", "Mex", "MEX":
		return "mxn", true
	case "R":
		return "brl", true
	case "AR":
		return "ars", true
	case "COL", "CO":
		return "cop", true
	case "CLP", "CL":
		return "clp", true
	case "RD":
		return "dop", true
	}
	return "", false
}
