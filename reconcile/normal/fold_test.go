package normal

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestFold(t *testing.T) {
	cases := []struct{ in, want string }{
		{"", ""},
		{"  Hello,  World! ", "hello world"},
		{"O'Brien-Smith", "o brien smith"},
		{"José Ñuñez", "jose nunez"},
		{"Jose\u0301", "jose"},
		{"Müller", "muller"},
		{"STRASSE straße", "strasse strasse"},
		{"Søren Ørsted", "soren orsted"},
		{"Łukasz Żółć", "lukasz zolc"},
		{"Ægir Þór Œuvre", "aegir thor oeuvre"},
		{"Dvořák Kč", "dvorak kc"},
		{"İstanbul ışık I", "istanbul isik i"},
		{"Мария Иванова", "mariia ivanova"},
		{"Щукин Подъезд", "shchukin podezd"},
		{"Андрей", "andrei"},
		{"Андреи\u0306", "andrei"},
		{"Єва Їжак Ґанок", "ieva izhak ganok"},
		{"Γιώργος Παπαδόπουλος", "giorgos papadopoulos"},
		{"Ευάγγελος Παύλου", "evaggelos pavlou"},
		{"山田 太郎", "山田 太郎"},
		{"がぎぐ", "がぎぐ"},
		{"ｶﾞ", "ガ"},
		{"김철수", "김철수"},
		{"ＡＢＣ１２３", "abc123"},
		{"٢٠٢٦", "2026"},
		{"ﬁn", "fin"},
		{"a\u00adb", "ab"},
		{"a\u00a0b", "a b"},
		{"محمد", "محمد"},
		{"ราคา", "ราคา"},
		{"bad\xffbyte", "bad byte"},
		{"№ 12", "no 12"},
		{"Pick-up: 10:00", "pick up 10 00"},
	}
	for _, c := range cases {
		t.Run(c.in, func(t *testing.T) { require.Equal(t, c.want, Fold(c.in)) })
	}
}

func TestWords(t *testing.T) {
	require.Nil(t, Words(" -- "))
	require.Equal(t, []string{"jean", "luc"}, Words("Jean-Luc"))
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "Müller", "Щ\xff", "がＡ", "ου Αυ", "ǅ", "½ ﷺ", "\u0345\u1e9e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Fold(s)
		if !utf8.ValidString(got) {
			t.Fatalf("%q folds to invalid %q", s, got)
		}
		if again := Fold(got); again != got {
			t.Fatalf("%q folds to %q, and that to %q", s, got, again)
		}
	})
}
