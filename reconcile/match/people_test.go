package match_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/reconcile/match"
)

func people() backup {
	b := newBackup()
	b.customer(1, "Anna Huber", "fam@x.example", "")
	b.customer(2, "Otto Huber", "fam@x.example", "")
	b.customer(3, "Maria Gruber", "maria@x.example", "+43 660 5550001")
	b.customer(4, "Josef Gruber", "josef@x.example", "+43 660 5550001")
	b.customer(5, "Max Moser", "max1@x.example", "")
	b.customer(6, "Max Moser", "max2@x.example", "")
	b.customer(7, "Linnea Sandqvist", "linnea@x.example", "")
	b.customer(8, "Zora Unger", "zora@x.example", "+43 660 5550008")
	return b
}

func who(r *match.Result, key string) string {
	n := nodeOf(r, key)
	switch {
	case n == nil || n.Customer < 0:
		return "nobody"
	case r.Customers[n.Customer].Backup == nil:
		return "new"
	}
	return r.Customers[n.Customer].Backup.Key
}

func TestWhoIsMeant(t *testing.T) {
	tests := []struct {
		name string
		says []model.Claim
		want string
	}{
		{"one of a household, by name", []model.Claim{name("Anna Huber"), email("fam@x.example")}, "1"},
		{"the other one", []model.Claim{name("Otto Huber"), email("fam@x.example")}, "2"},
		{"the household's address alone means nobody known", []model.Claim{email("fam@x.example")}, "new"},
		{"a third of the household is not one of the two", []model.Claim{name("Ida Huber"), email("fam@x.example")}, "new"},
		{"shared phone, by name", []model.Claim{name("Josef Gruber"), phone("+436605550001")}, "4"},
		{"shared phone alone", []model.Claim{phone("+436605550001")}, "new"},
		{"a namesake by name alone", []model.Claim{name("Max Moser")}, "nobody"},
		{"a namesake by address", []model.Claim{name("Max Moser"), email("max2@x.example")}, "6"},
		{"another namesake with an address of his own", []model.Claim{name("Max Moser"), email("max3@x.example")}, "new"},
		{"surname first", []model.Claim{name("SANDQVIST Linnea"), email("linnea@x.example")}, "7"},
		{"a name that one person has", []model.Claim{name("Zora Unger")}, "8"},
		{"that name with other contacts", []model.Claim{name("Zora Unger"), email("zu@y.example"), phone("+436605559999")}, "new"},
		{"address in capitals", []model.Claim{email("ZORA@X.example")}, "8"},
		{"a known address with a stranger's name", []model.Claim{name("Bela Kovacs"), email("zora@x.example")}, "new"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := run(people(), mail("a", days(3), append(tt.says, code("N-1"), starts(days(9)))...))
			assert.Equal(t, tt.want, who(r, "mail:a"))
		})
	}
}

func TestNewCustomersMeet(t *testing.T) {
	tests := []struct {
		name string
		a, b []model.Claim
		same bool
	}{
		{"address and name", []model.Claim{name("Ines Roth"), email("ines@x.example")}, []model.Claim{name("Ines Roth"), email("ines@x.example")}, true},
		{"one address, two names", []model.Claim{name("Ines Roth"), email("home@x.example")}, []model.Claim{name("Karl Roth"), email("home@x.example")}, false},
		{"one name, two addresses", []model.Claim{name("Ines Roth"), email("a@x.example")}, []model.Claim{name("Ines Roth"), email("b@x.example")}, false},
		{"one phone, written twice", []model.Claim{name("Ines Roth"), phone("+43 660 7770001")}, []model.Claim{name("Roth, Ines"), phone("0043 660 777 0001")}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := run(people(), mail("a", days(3), append(tt.a, code("N-1"), starts(days(9)))...), mail("b", days(5), append(tt.b, code("N-2"), starts(days(19)))...))
			a, b := nodeOf(r, "mail:a").Customer, nodeOf(r, "mail:b").Customer
			require.True(t, a >= 0 && b >= 0)
			assert.Equal(t, tt.same, a == b)
		})
	}
}

func TestAnUnprovenMessageMakesNoCustomer(t *testing.T) {
	forged := mail("a", days(3), name("Ines Roth"), email("ines@x.example"), code("N-1"), starts(days(9)))
	forged.Genuine = false
	r := run(people(), forged)
	assert.Equal(t, "nobody", who(r, "mail:a"))
	assert.Len(t, r.Customers, 8)
}

func TestARowsCustomerIsTheOneItNames(t *testing.T) {
	b := people()
	b.stay(70, "A-1", 5, 1, days(2), 10000)
	r := run(b, mail("a", days(1), code("A-1"), name("Somebody Else"), email("else@y.example")))
	require.Equal(t, "70", rowOf(r, "mail:a"))
	assert.Equal(t, "5", who(r, "mail:a"), "evidence does not move a row to another customer")
}
