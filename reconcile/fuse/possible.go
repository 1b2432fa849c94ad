package fuse

// This file: what cannot be. A stay that ends before it begins is nobody's booking, whoever says so.

import (
	"fmt"

	"salvage/model"
)

// pairs are moments that must stand in order.
var pairs = [][2]model.Field{{model.FStartsAt, model.FEndsAt}, {model.FOutAt, model.FReturnedAt}}

// impossible names the first pair of moments that stands the wrong way round; ok is false when there is none.
func impossible(e *model.Entity) (pair [2]model.Field, ok bool) {
	for _, p := range pairs {
		if e.Backup != nil && !e.Fields[p[0]].Changed && !e.Fields[p[1]].Changed {
			continue // what the backup holds and nothing changed is the company's own affair
		}
		a, b := e.Get(p[0]), e.Get(p[1])
		if a.Type == model.Instant && b.Type == model.Instant && b.Num <= a.Num {
			return p, true
		}
	}
	return pair, false
}

// order asks about moments that stand the wrong way round. A rebuilt row is held; a row of the backup keeps what it has.
func (f *fuser) order(e *model.Entity) {
	p, bad := impossible(e)
	if !bad {
		return
	}
	late := p[1]
	opts := []model.Option{{Choice: "drop", Shown: "leave the change out", Evidence: shownAll(append(append([]model.ClaimRef(nil), e.Fields[p[0]].For...), e.Fields[late].For...)),
		Effect: "nothing is written; answer value=… to give " + string(late)}}
	choice := f.ask(e, "FV02", model.S1, late, fmt.Sprintf("%s (%s) does not come after %s (%s). When did it end?", late, f.show(e.Get(late)), p[0], f.show(e.Get(p[0]))), opts)
	if v, ok := f.chosen(choice, late, nil); ok {
		was := e.Fields[late]
		c := decided(was, v)
		if e.Backup != nil {
			c.Was, c.Changed = e.Backup.Fields[late], true
		}
		e.Fields[late] = c
		if _, still := impossible(e); !still {
			return
		}
	}
	if e.Backup == nil {
		hold(e, "FV02", fmt.Sprintf("%s does not come after %s", late, p[0]))
		return
	}
	for _, fl := range p {
		if c := e.Fields[fl]; c.Changed {
			e.Fields[fl] = model.Cell{Value: c.Was, Mark: model.Kept, P: model.Certain}
		}
	}
}
