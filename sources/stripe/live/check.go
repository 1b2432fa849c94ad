package live

// This file: what a key may do. Stripe has no way to ask: each list is tried with one object.

import (
	"context"
	"errors"
	"fmt"
	"strings"

	sdk "github.com/stripe/stripe-go/v78"

	"salvage/sources"
)

var (
	// ErrUnrestricted is that a key may do everything.
	ErrUnrestricted = errors.New("this is a secret key that can do everything, refunds and deletions included")
	// ErrPublishable is that a key may read nothing.
	ErrPublishable = errors.New("this is a publishable key: it can read nothing")
)

// Vet looks at the form of a key. Restricted keys begin with rk_; a key of an unknown form may be one.
func Vet(key string) error {
	switch {
	case strings.HasPrefix(key, "sk_"):
		return ErrUnrestricted
	case strings.HasPrefix(key, "pk_"):
		return ErrPublishable
	}
	return nil
}

// kind names the sort of a key and its mode, never more of it.
func kind(key string) string {
	for prefix, words := range map[string]string{"rk_": "restricted key", "sk_org_": "organisation key", "sk_": "secret key, which can do everything"} {
		if !strings.HasPrefix(key, prefix) || prefix == "sk_" && strings.HasPrefix(key, "sk_org_") {
			continue
		}
		switch mode, _, _ := strings.Cut(strings.TrimPrefix(key, prefix), "_"); mode {
		case "live", "test":
			return words + ", " + mode + " mode"
		}
		return words
	}
	return "key of a form that is not known"
}

// Check implements sources.Checker: one object of each list, and of a few lists that salvage never reads.
func (s *Source) Check(ctx context.Context) (sources.Access, error) {
	a := sources.Access{Kind: kind(s.o.Key)}
	a.Who = s.account(ctx)
	accounts := s.o.Accounts
	if len(accounts) == 0 {
		accounts = []string{""}
	}
	for _, acct := range accounts {
		for _, st := range streams() {
			can, why, err := s.may(ctx, acct, st)
			if err != nil {
				// Nothing was learnt of the key's rights; whoever makes another one has to know them.
				a.Notes = append(a.Notes, "a key needs these rights, each of them Read: "+strings.Join(Rights(), ", "))
				return a, err
			}
			name := st.name
			if acct != "" {
				name = acct + "/" + name
			}
			if can {
				a.Can = append(a.Can, name)
			} else {
				a.Lacks = append(a.Lacks, fmt.Sprintf("%s: %s = Read%s", name, st.right, why))
			}
		}
	}
	for _, st := range needless() {
		if can, _, err := s.may(ctx, accounts[0], st); err == nil && can {
			a.Excess = append(a.Excess, st.right)
		}
	}
	a.Notes = append(a.Notes, "whether the key may also write cannot be proven by reading; salvage itself sends nothing but GET", "revoke the key when the rebuild is done")
	a.Notes = append(a.Notes, s.Notes()...)
	return a, ctx.Err()
}

// may tries one list. why is the service's name of the missing right, in brackets.
func (s *Source) may(ctx context.Context, account string, st stream) (can bool, why string, err error) {
	err = s.ask(ctx, account, st.path, append([][2]string{{"limit", "1"}}, st.extra...), nil)
	f, ok := sources.FaultOf(err)
	switch {
	case err == nil:
		return true, "", nil
	case ok && f.Kind == sources.Forbidden:
		if f.Code != "" {
			why = " (" + f.Code + ")"
		}
		return false, why, nil
	}
	return false, "", err
}

// account gives the id of the key's account. QUIRK: a good restricted key may have no right to ask.
func (s *Source) account(ctx context.Context) string {
	var acct struct {
		sdk.APIResource
		ID string `json:"id"`
	}
	if err := s.ask(ctx, "", "/v1/account", nil, &acct); err != nil {
		return ""
	}
	return sources.Word(acct.ID)
}
