package plan

import (
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/model"
)

func TestNameIn(t *testing.T) {
	wanted := &model.Table{Schema: "shop", Name: "hires"}
	for _, c := range []struct {
		name string
		has  *model.Table
		want string
	}{
		{"the same schema", &model.Table{Schema: "shop", Name: "hires"}, "shop.hires"},
		{"no schemas, as in CSV and MySQL", &model.Table{Name: "hires"}, "hires"},
		{"another tenant's schema", &model.Table{Schema: "other", Name: "hires"}, ""},
		{"no such table", &model.Table{Name: "boats"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := &memory{schema: &model.Schema{Tables: []*model.Table{c.has}}}
			require.Equal(t, c.want, nameIn(db, wanted))
		})
	}
	db := &memory{schema: &model.Schema{Tables: []*model.Table{{Schema: "shop", Name: "hires"}}}}
	require.Equal(t, "shop.hires", nameIn(db, &model.Table{Name: "hires"}), "a target without schemas")
}
