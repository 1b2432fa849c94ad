package sources

// This file: how often and how long a question is asked again.

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Patience is how a passing fault is waited out: exponential back-off with full jitter, cancelable, and
// the service's own Retry-After where it gives one. The zero value takes the defaults.
type Patience struct {
	First   time.Duration // mean of the first wait; default 500 ms, doubled each time up to Longest
	Longest time.Duration // default 30 s
	Total   time.Duration // how long one question may take, waits included; default 10 min
	Tries   int           // how often a question is asked that was cut off; default 7
	Heavy   int           // how often one that the service failed on, before a smaller one is asked; default 4
}

// Wait is one wait before a question is asked again.
type Wait struct {
	Why string
	For time.Duration
}

func (p Patience) withDefaults() Patience {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&p.First, 500*time.Millisecond)
	def(&p.Longest, 30*time.Second)
	def(&p.Total, 10*time.Minute)
	if p.Tries == 0 {
		p.Tries = 7
	}
	if p.Heavy == 0 {
		p.Heavy = 4
	}
	return p
}

// Do asks until it is answered, a fault does not pass, or patience has run out; then it gives the last
// fault. A cancelled context ends it at once, also within a wait. told may be nil.
func (p Patience) Do(ctx context.Context, told func(Wait), ask func() error) error {
	p = p.withDefaults()
	steps := &backoff.ExponentialBackOff{InitialInterval: p.First, RandomizationFactor: 1, Multiplier: 2, MaxInterval: p.Longest}
	tries := map[FaultKind]int{}
	var last error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		last = ask()
		f, ok := FaultOf(last)
		if last == nil {
			return struct{}{}, nil
		}
		if !ok || !f.Passing() {
			return struct{}{}, backoff.Permanent(last)
		}
		tries[f.Kind]++
		if f.Kind == Cut && tries[Cut] >= p.Tries || f.Kind == Overloaded && tries[Overloaded] >= p.Heavy {
			return struct{}{}, backoff.Permanent(last)
		}
		if f.After > 0 {
			return struct{}{}, errors.Join(last, &backoff.RetryAfterError{Duration: f.After})
		}
		return struct{}{}, last
	}, backoff.WithBackOff(steps), backoff.WithMaxElapsedTime(p.Total), backoff.WithNotify(func(err error, d time.Duration) {
		if f, ok := FaultOf(err); ok && told != nil {
			told(Wait{f.Why, d})
		}
	}))
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && last != nil {
		return last
	}
	return err
}
