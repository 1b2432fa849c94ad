package normal

// This file: the Latin spelling of letters that do not decompose into Latin ones.

// latinOf spells a lower-case letter in Latin; ok is false for a letter it does not know, and "" is
// the spelling of a letter that is not pronounced.
func latinOf(r rune) (s string, ok bool) {
	switch {
	case r < 0x370:
		return latinLetter(r)
	case r < 0x400:
		return greekLetter(r)
	case r < 0x530:
		return cyrillicLetter(r)
	case r == 'ẞ':
		return "ss", true
	}
	return "", false
}

// latinLetter spells out letters of Latin alphabets that Unicode does not decompose.
func latinLetter(r rune) (string, bool) {
	switch r {
	case 'ß':
		return "ss", true
	case 'ø', 'ɵ':
		return "o", true
	case 'ł', 'ƚ':
		return "l", true
	case 'đ', 'ð':
		return "d", true
	case 'þ':
		return "th", true
	case 'æ':
		return "ae", true
	case 'œ':
		return "oe", true
	case 'ħ':
		return "h", true
	case 'ı':
		return "i", true
	case 'ŋ':
		return "n", true
	case 'ŧ':
		return "t", true
	case 'ə', 'ǝ':
		return "e", true
	case 'ĸ':
		return "k", true
	}
	return "", false
}

// greek and cyrillic list the letters of each alphabet in code order from alpha and from а, with
// their spellings. Greek by ISO 843; Cyrillic by the table that passports use (ICAO Doc 9303 part 3),
// except that signs without sound are left out and й is i, as it decomposes.
const greekFirst, cyrillicFirst = 'α', 'а'

func greekLetter(r rune) (string, bool) {
	spellings := [...]string{"a", "v", "g", "d", "e", "z", "i", "th", "i", "k", "l", "m", "n", "x", "o", "p", "r", "s", "s", "t", "y", "f", "ch", "ps", "o"}
	if i := int(r - greekFirst); i >= 0 && i < len(spellings) {
		return spellings[i], true
	}
	return "", false
}

func cyrillicLetter(r rune) (string, bool) {
	spellings := [...]string{"a", "b", "v", "g", "d", "e", "zh", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "iu", "ia"}
	if i := int(r - cyrillicFirst); i >= 0 && i < len(spellings) {
		return spellings[i], true
	}
	switch r {
	case 'є':
		return "ie", true
	case 'і':
		return "i", true
	case 'ґ':
		return "g", true
	case 'ђ', 'ћ':
		return "dj", true
	case 'ј':
		return "j", true
	case 'љ':
		return "lj", true
	case 'њ':
		return "nj", true
	case 'џ':
		return "dz", true
	case 'ѕ':
		return "dz", true
	case 'қ':
		return "k", true
	case 'ғ':
		return "g", true
	case 'ө':
		return "o", true
	case 'ү', 'ұ':
		return "u", true
	case 'ң':
		return "n", true
	case 'һ':
		return "h", true
	case 'ә':
		return "a", true
	}
	return "", false
}
