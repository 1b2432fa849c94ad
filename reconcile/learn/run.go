package learn

// This file: the order of work, over all readings in parallel.

import (
	"context"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"salvage/model"
	"salvage/reconcile/normal"
)

// Train learns from the overlap and reads everything. Statements run in parallel to readings.
func Train(ctx context.Context, books *model.Books, readings []*model.Reading, opt Options) (*Model, []Statement, error) {
	rules, err := prepare(opt.Rules)
	if err != nil {
		return nil, nil, err
	}
	m := newModel(books, readings, opt)
	rows := NewRows(books)
	slots := newSlotCache(readings, m.vocab)
	out := make([]Statement, len(readings))
	err = each(ctx, opt.Workers, len(readings), func() func(int) {
		l := newLinker(rows)
		return func(i int) {
			r := readings[i]
			out[i] = Statement{Reading: r, Row: -1, Cluster: m.titles.cluster(r.Origin, r.Title, false), in: m.scopesOf(r)}
			if r.At != 0 && r.At < opt.Cut.UnixMicro() && r.Outcome != model.Unreadable {
				out[i].Row = l.link(r, slots.of(i))
			}
		}
	})
	if err != nil {
		return nil, nil, err
	}
	if err := m.train(rows, readings, out, slots, rules); err != nil {
		return nil, nil, err
	}
	m.learnConstants(rows, out)
	m.learnNoise(out)
	m.learnServers(readings)
	m.learnTrust(readings)
	m.learnRemainders(rows, readings, out)
	err = each(ctx, opt.Workers, len(readings), func() func(int) {
		return func(i int) { m.read(&out[i], slots.of(i)) }
	})
	if err != nil {
		return nil, nil, err
	}
	for _, learn := range []func() []int{
		func() []int { return m.bootstrap(rows, out, slots) },
		func() []int { return m.learnBornActs(out, (&bootstrapper{m: m}).groups(out)) },
	} {
		again := learn()
		err = each(ctx, opt.Workers, len(again), func() func(int) {
			return func(i int) { m.read(&out[again[i]], slots.of(again[i])) }
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return m, out, nil
}

func newModel(books *model.Books, readings []*model.Reading, opt Options) *Model {
	m := &Model{opt: opt, rules: map[ruleKey]*rule{}, zones: map[string]*zone{}, locZones: map[string]*zone{}, states: map[string]string{},
		never: map[string]bool{}, orders: map[string]string{}, linked: map[string]int{}, teaches: map[string]bool{}, typed: map[string]bool{}, nameWords: map[string]bool{}, judged: map[ruleKey]bool{}, fits: map[ruleKey]map[fieldName]bool{}, vocabLocs: map[string][]string{},
		authentic: map[string]bool{}}
	m.vocab = newVocab(books, opt.Aliases)
	m.shapes, m.codeSet = newCodeShapes(books)
	m.vocab.shapes, m.vocab.codes = m.shapes, m.codeSet
	m.titles = newTitleMask(readings, m.vocab)
	m.base = &zone{"UTC", time.UTC}
	if zs := candidateZones(opt.Zone); len(zs) > 0 {
		m.base = zs[0]
	}
	if books != nil {
		m.zoneNames = append(m.zoneNames, books.Zone)
		for _, c := range books.Records[model.Customer] {
			for _, w := range normal.Words(fullName(c)) {
				m.nameWords[w] = true
			}
		}
		for _, l := range books.Records[model.Location] {
			if n := l.Fields["timezone"].Str; n != "" {
				m.zoneNames = append(m.zoneNames, n)
				if zs := candidateZones(n); zs[0].name == n {
					m.locZones[l.Key] = zs[0]
				}
			}
			for _, f := range []model.Field{model.FName, model.FCode} {
				if w := normal.Fold(l.Fields[f].Str); w != "" {
					m.vocabLocs[w] = append(m.vocabLocs[w], l.Key)
				}
			}
		}
	}
	for w, key := range opt.Aliases[model.Location] {
		m.vocabLocs[normal.Fold(w)] = []string{key}
	}
	return m
}

// each runs f over n items on some workers; every worker has a state of its own and results go to their own places.
func each(ctx context.Context, workers, n int, worker func() func(int)) error {
	workers = max(1, workers)
	g, ctx := errgroup.WithContext(ctx)
	for w := range workers {
		g.Go(func() error {
			f := worker()
			for i := w; i < n; i += workers {
				if i%1024 < workers && ctx.Err() != nil {
					return ctx.Err()
				}
				f(i)
			}
			return nil
		})
	}
	return g.Wait()
}

// train counts and accepts, in the order of the readings.
func (m *Model) train(rows *Rows, readings []*model.Reading, st []Statement, slots *slotCache, rules []given) error {
	m.learnFirstPays(rows)
	t := newTrainer(m, rows)
	t.wanted = map[ruleKey]bool{}
	for i := range rules {
		t.wanted[rules[i].key] = true
	}
	acts, base := map[string]*actStat{}, map[string]int{}
	linked := 0
	for i := range st {
		if st[i].Row < 0 {
			continue
		}
		linked++
		m.linked[readings[i].Origin]++
		t.count(&st[i].in, slots.of(i))
	}
	for i := range st {
		if st[i].Row < 0 {
			continue
		}
		row := &rows.List[st[i].Row]
		t.add(readings[i], &st[i].in, slots.of(i), row)
		a := acts[st[i].Cluster]
		if a == nil {
			a = &actStat{states: map[string]int{}}
			acts[st[i].Cluster] = a
		}
		a.n++
		a.states[row.Res.Fields[model.FStatus].Str]++
	}
	for i := range rows.List {
		base[rows.List[i].Res.Fields[model.FStatus].Str]++
	}
	m.Linked = linked
	m.accept(t)
	m.acted = map[string]int{}
	for cl, a := range acts {
		m.acted[cl] = a.n
	}
	m.learnActs(acts, base, len(rows.List))
	return m.apply(t, rules)
}

// accept keeps the rules that hold, in a fixed order.
func (m *Model) accept(t *trainer) {
	cands := m.zoneCandidates()
	votes := map[string]map[string]int{}
	for _, k := range t.keys() {
		m.judged[k] = t.stats[k].n >= minJudged
		r := t.accept(k, t.stats[k], cands)
		if r == nil {
			m.fits[k] = t.undecided(t.stats[k])
			continue
		}
		m.rules[k] = r
		m.Rules = append(m.Rules, r.Rule)
		if o, ok := strings.CutPrefix(k.scope, "o:"); ok {
			m.teaches[o] = m.teaches[o] || r.Kind == model.Reservation && r.typ == sDate && r.Support >= minJudged && r.Trust >= 900_000
			if r.zone != nil && r.zone.loc != nil && r.typ == sDate {
				vote(votes, o, r.zone.name, r.Agree)
				if r.tag == "dmy" || r.tag == "mdy" {
					m.orders[o] = r.tag
				}
			}
		}
	}
	for _, o := range sortedKeys(votes) {
		if zs := candidateZones(bestTag(votes[o])); len(zs) > 0 {
			m.zones[o] = zs[0]
		}
	}
}

// zoneCandidates are the zones to try, the business's own first, then those of its places.
func (m *Model) zoneCandidates() []*zone {
	cands := candidateZones(append([]string{m.opt.Zone}, m.bookZones()...)...)
	if len(m.locZones) > 1 {
		cands = append(cands, &zone{name: atPickup}, &zone{name: atReturn})
	}
	return cands
}

func vote(v map[string]map[string]int, k, word string, n int) {
	if v[k] == nil {
		v[k] = map[string]int{}
	}
	v[k][word] += n
}

// bookZones are the zones that the backup itself names.
func (m *Model) bookZones() []string { return m.zoneNames }

// learnTrust finds which origins authenticate as a rule: those must go on doing so.
func (m *Model) learnTrust(readings []*model.Reading) {
	auth, all := map[string]int{}, map[string]int{}
	for _, r := range readings {
		if !strings.HasPrefix(r.Media, "mail/") {
			continue
		}
		all[r.Origin]++
		if c := m.class(r); c == model.AuthA || c == model.AuthB || c == model.AuthC {
			auth[r.Origin]++
		}
	}
	for _, o := range sortedKeys(all) {
		m.authentic[o] = auth[o]*2 >= all[o] && auth[o] >= 3
	}
}

// own reports whether an address is one of the company's senders. Where the configuration names none, those count
// whose messages of the overlap stated times that the company's rows have: a forger's do not.
func (m *Model) own(origin string) bool {
	if len(m.opt.Senders) == 0 {
		return m.teaches[origin]
	}
	for _, s := range m.opt.Senders {
		s = strings.ToLower(s)
		if origin == s || strings.HasPrefix(s, "@") && (strings.HasSuffix(origin, s) || strings.HasSuffix(origin, "."+s[1:])) {
			return true
		}
	}
	return false
}

// read makes one statement.
func (m *Model) read(s *Statement, slots []slot) {
	r := s.Reading
	if r.Outcome == model.Unreadable {
		return
	}
	s.Claims = m.claims(s, slots)
	s.Claims = m.withoutOwn(s.Claims)
	if m.noisy(r, s.Claims) {
		s.Claims, s.Act, s.Genuine, s.Class = nil, model.ActNone, true, m.class(r)
		return
	}
	for i := range s.Claims {
		if v := s.Claims[i].Value; v.Type == model.Local {
			s.Claims[i].Value = model.Value{Type: model.Instant, Num: m.zoneOf(r).instant(v.Num)}
		}
	}
	s.Claims = m.statusClaim(r, s.Cluster, s.Claims)
	s.Act = m.act(r, s.Cluster, s.Claims)
	s.Genuine, s.Class = true, m.class(r)
	if strings.HasPrefix(r.Media, "mail/") {
		passes := s.Class != model.AuthD || !m.authentic[r.Origin]
		s.Genuine = passes && m.own(r.Origin) && r.Via == ""
		s.Spoofed = !s.Genuine && r.Via == "" && speaksOfBooking(s.Claims)
	}
}

// within reports whether every word of a name is a word of the business's name.
func within(name, business string) bool {
	own := map[string]bool{}
	for _, w := range normal.Words(business) {
		own[w] = true
	}
	ws := normal.Words(name)
	for _, w := range ws {
		if !own[w] {
			return false
		}
	}
	return len(ws) > 0
}

// withoutOwn drops the company's own addresses: a desk is nobody's customer.
func (m *Model) withoutOwn(cs []model.Claim) []model.Claim {
	out := cs[:0]
	for _, c := range cs {
		if c.Kind == model.Customer && c.Field == model.FEmail && m.own(normal.EmailKey(c.Value.Str)) {
			continue
		}
		if c.Kind == model.Customer && c.Field == model.FFullName && within(c.Value.Str, m.opt.Business) {
			continue
		}
		out = append(out, c)
	}
	return out
}

// speaksOfBooking reports whether a message states a booking: a start, and a code or an amount.
func speaksOfBooking(cs []model.Claim) bool {
	return has(cs, model.Reservation, model.FStartsAt) && (has(cs, model.Reservation, model.FCode) || has(cs, model.Reservation, model.FTotal))
}

// instantOf reads a source's own time notation: RFC 3339, or a civil date.
func (m *Model) instantOf(r *model.Reading, text string) (model.Value, bool) {
	for _, t := range normal.Scan(text, time.UnixMicro(r.At).UTC()) {
		if t.Type == normal.Date && len(t.Alts) > 0 {
			v := t.Alts[0].Value
			if v.Type == model.Local {
				return model.Value{Type: model.Instant, Num: m.zoneOf(r).instant(v.Num)}, true
			}
			return v, true
		}
	}
	return model.Value{}, false
}
