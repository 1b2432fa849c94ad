package normal

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCompareNames(t *testing.T) {
	cases := []struct {
		a, b string
		want NameLevel
	}{
		{"", "Ada Lovelace", NameMissing},
		{"  ", "", NameMissing},
		{"Ada Lovelace", "ada LOVELACE", NameExact},
		{"Lovelace, Ada", "Ada Lovelace", NameExact},
		{"Ms. Ada Lovelace", "Ada Lovelace", NameExact},
		{"Dr. Jürgen Groß", "Jurgen Gross", NameExact},
		{"Jean-Luc Picard", "Jean Luc Picard", NameExact},
		{"Мария Иванова", "Mariia Ivanova", NameExact},
		{"山田 太郎", "太郎 山田", NameExact},
		{"山田太郎", "山田 太郎", NameClose},
		{"Jeanluc Picard", "Jean-Luc Picard", NameClose},
		{"Jürgen Müller", "Juergen Mueller", NameClose},
		{"Jon Smith", "John Smith", NameClose},
		{"John Simth", "John Smith", NameClose},
		{"Jonathan Smith", "Jon Smith", NameClose},
		{"J. Smith", "John Smith", NameClose},
		{"Smith J", "John Smith", NameClose},
		{"Bob Miller", "Robert Miller", NameClose},
		{"Bill Gates", "William Gates", NameClose},
		{"Ekaterina Petrova", "Katya Petrova", NameClose},
		{"Aleksei Yurchenko", "Alexey Iurchenko", NameClose},
		{"Sergey Kuznetsov", "Сергей Кузнецов", NameClose},
		{"Yulia Sokolova", "Юлия Соколова", NameClose},
		{"Maria del Carmen Lopez", "Maria Lopez", NameClose},
		{"John Paul Jones", "John Jones", NameClose},
		{"Anna Schmidt-Weber", "Anna Schmidt", NameClose},
		{"Alexand Hamilton", "Alexander Hamilton", NameClose},
		{"Giorgos Papadopoulos", "Γιώργος Παπαδόπουλος", NameExact},
		{"Smith", "John Smith", NamePartial},
		{"Maria", "Maria Lopez", NamePartial},
		{"John Smith", "Jane Smith", NameShared},
		{"Mario Rossi", "Maria Rossi", NameShared},
		{"Daniel Weber", "Daniela Weber", NameShared},
		{"Petr Novák", "Petra Nováková", NameDifferent},
		{"John Smith", "John Brown", NameShared},
		{"J. Brown", "John Smith", NameDifferent},
		{"Ann Lee", "Ian Lee", NameShared},
		{"Ada Lovelace", "Charles Babbage", NameDifferent},
		{"Li Wei", "Wang Fang", NameDifferent},
		{"김철수", "김영희", NameDifferent},
		{"A", "B", NameDifferent},
		{"Smith", "Smyth", NameClose},
	}
	for _, c := range cases {
		t.Run(c.a+"|"+c.b, func(t *testing.T) {
			require.Equal(t, c.want, CompareNames(c.a, c.b))
			require.Equal(t, c.want, CompareNames(c.b, c.a), "the other way round")
		})
	}
}

func TestNameKey(t *testing.T) {
	require.Equal(t, "ada lovelace", NameKey("Lovelace, Ms. Ada"))
	require.Equal(t, NameKey("Łukasz Żak"), NameKey("zak lukasz"))
	require.Equal(t, "", NameKey(" . "))
	require.Equal(t, "dr", NameKey("Dr."))
}

func TestJaroWinkler(t *testing.T) {
	// Winkler's own examples.
	require.InDelta(t, 0.961, JaroWinkler("MARTHA", "MARHTA"), 0.001)
	require.InDelta(t, 0.840, JaroWinkler("DWAYNE", "DUANE"), 0.001)
	require.InDelta(t, 0.813, JaroWinkler("DIXON", "DICKSONX"), 0.001)
	require.Zero(t, JaroWinkler("", ""))
	require.Zero(t, JaroWinkler("abc", "xyz"))
	require.Equal(t, 1.0, JaroWinkler("Müller", "MULLER"))
}

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"smith", "smith", 0}, {"smith", "simth", 1}, {"smith", "smit", 1}, {"smith", "smyth", 1}, {"smith", "smythe", 2}, {"smith", "jones", 3}, {"", "ab", 2}, {"a", "abcd", 3}} {
		require.Equal(t, c.want, editDistance(c.a, c.b, 2), c.a+" "+c.b)
	}
}

func FuzzCompareNames(f *testing.F) {
	f.Add("John Smith", "Smith J.")
	f.Add("Ж", "山田")
	f.Fuzz(func(t *testing.T, a, b string) {
		if CompareNames(a, b) != CompareNames(b, a) {
			t.Fatalf("%q and %q compare differently the other way round", a, b)
		}
		if j := JaroWinkler(a, b); j < 0 || j > 1 {
			t.Fatalf("similarity %v of %q and %q", j, a, b)
		}
	})
}
