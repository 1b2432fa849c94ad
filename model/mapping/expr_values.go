package mapping

// This file: the values of expressions and their exact operators.

import (
	"fmt"
	"strconv"

	"github.com/shopspring/decimal"

	"salvage/model"
)

// divDigits is to how many decimals a division is carried out.
const divDigits = 16

// Number is an exact decimal of an expression; Cur is its currency when it is money (in major units).
type Number struct {
	decimal.Decimal
	Cur string
}

// String writes the number without an exponent.
func (n Number) String() string { return n.Decimal.String() }

// FieldValue turns a canonical value into what expressions see: numbers and money as Number, texts and
// references as text, lists as lists, times as model.Value; nil for nothing.
func FieldValue(v model.Value) any {
	switch v.Type {
	case "":
		return nil
	case model.Int:
		return Number{Decimal: decimal.NewFromInt(v.Num)}
	case model.Bool:
		return v.Num != 0
	case model.Money:
		return Number{Decimal: decimal.New(v.Num, int32(-model.MinorDigits(v.Cur))), Cur: v.Cur}
	case model.Instant, model.Local, model.Date:
		return v
	case model.List:
		var out []any
		for _, p := range v.Parts() {
			out = append(out, p)
		}
		return out
	default:
		return v.Str
	}
}

func numberOf(v any) (Number, error) {
	switch n := v.(type) {
	case Number:
		return n, nil
	case int:
		return Number{Decimal: decimal.NewFromInt(int64(n))}, nil
	case int64:
		return Number{Decimal: decimal.NewFromInt(n)}, nil
	case float64: // a literal: its shortest text is what the mapping's author wrote
		d, err := decimal.NewFromString(strconv.FormatFloat(n, 'f', -1, 64))
		return Number{Decimal: d}, err
	}
	return Number{}, typeError([]any{v}, "%s is not a number", kindWord(v))
}

func isNumber(v any) bool {
	switch v.(type) {
	case Number, int, int64, float64:
		return true
	}
	return false
}

// kindWord names the type of a value for messages.
func kindWord(v any) string {
	switch x := v.(type) {
	case nil:
		return "nothing"
	case string:
		return "a text"
	case bool:
		return "true or false"
	case model.Value:
		return "a time"
	case model.RowRef:
		return "a key that only the import knows"
	case []any:
		return "a list"
	case map[string]any:
		return "a record"
	case map[string]string:
		return "a row"
	default:
		if isNumber(x) {
			return "a number"
		}
		return fmt.Sprintf("%T", v)
	}
}

func operators() map[string]func(...any) (any, error) {
	return map[string]func(...any) (any, error){
		"op_add": opAdd,
		"op_sub": arithmetic("-", decimal.Decimal.Sub),
		"op_mul": opMul,
		"op_div": opDiv,
		"op_mod": opMod,
		"op_neg": opNeg,
		"op_eq":  func(p ...any) (any, error) { return equal(p[0], p[1]), nil },
		"op_ne":  func(p ...any) (any, error) { return !equal(p[0], p[1]), nil },
		"op_lt":  compare("<", func(c int) bool { return c < 0 }),
		"op_le":  compare("<=", func(c int) bool { return c <= 0 }),
		"op_gt":  compare(">", func(c int) bool { return c > 0 }),
		"op_ge":  compare(">=", func(c int) bool { return c >= 0 }),
	}
}

// opAdd adds numbers and joins texts.
func opAdd(p ...any) (any, error) {
	if isNumber(p[0]) && isNumber(p[1]) {
		return arithmetic("+", decimal.Decimal.Add)(p...)
	}
	_, a := p[0].(string)
	_, b := p[1].(string)
	if a || b {
		l, err := textOf(p[0])
		if err != nil {
			return nil, err
		}
		r, err := textOf(p[1])
		return l + r, err
	}
	return nil, typeError(p, "cannot add %s and %s", kindWord(p[0]), kindWord(p[1]))
}

// arithmetic is an operator on two numbers of one unit.
func arithmetic(sign string, f func(a, b decimal.Decimal) decimal.Decimal) func(...any) (any, error) {
	return func(p ...any) (any, error) {
		a, err := numberOf(p[0])
		if err != nil {
			return nil, err
		}
		b, err := numberOf(p[1])
		if err != nil {
			return nil, err
		}
		cur, err := sameCur(sign, a, b)
		return Number{Decimal: f(a.Decimal, b.Decimal), Cur: cur}, err
	}
}

func sameCur(sign string, a, b Number) (string, error) {
	if a.Cur != "" && b.Cur != "" && a.Cur != b.Cur {
		return "", fmt.Errorf("cannot %s %s and %s", sign, a.Cur, b.Cur)
	}
	if a.Cur != "" {
		return a.Cur, nil
	}
	return b.Cur, nil
}

func opMul(p ...any) (any, error) {
	a, err := numberOf(p[0])
	if err != nil {
		return nil, err
	}
	b, err := numberOf(p[1])
	if err != nil {
		return nil, err
	}
	if a.Cur != "" && b.Cur != "" {
		return nil, typeError(nil, "cannot multiply money by money")
	}
	return Number{Decimal: a.Mul(b.Decimal), Cur: a.Cur + b.Cur}, nil
}

func opDiv(p ...any) (any, error) {
	a, err := numberOf(p[0])
	if err != nil {
		return nil, err
	}
	b, err := numberOf(p[1])
	switch {
	case err != nil:
		return nil, err
	case b.IsZero():
		return nil, fmt.Errorf("division by zero")
	case b.Cur != "" && a.Cur != b.Cur:
		return nil, typeError(nil, "cannot divide a number by money")
	}
	n := Number{Decimal: a.DivRound(b.Decimal, divDigits), Cur: a.Cur}
	if b.Cur != "" {
		n.Cur = "" // money by money of the same currency is a ratio
	}
	return n, nil
}

func opMod(p ...any) (any, error) {
	if b, err := numberOf(p[1]); err == nil && b.IsZero() {
		return nil, fmt.Errorf("division by zero")
	}
	return arithmetic("%", decimal.Decimal.Mod)(p...)
}

func opNeg(p ...any) (any, error) {
	a, err := numberOf(p[0])
	return Number{Decimal: a.Neg(), Cur: a.Cur}, err
}

// equal compares anything; nothing equals only nothing.
func equal(a, b any) bool {
	if isNumber(a) && isNumber(b) {
		x, errX := numberOf(a)
		y, errY := numberOf(b)
		return errX == nil && errY == nil && x.Equal(y.Decimal) && (x.Cur == y.Cur || x.Cur == "" || y.Cur == "")
	}
	switch a.(type) {
	case nil, string, bool, model.Value, model.RowRef:
	default:
		return false
	}
	switch b.(type) {
	case nil, string, bool, model.Value, model.RowRef:
		return a == b
	}
	return false
}

// compare orders two numbers, two texts or two times.
func compare(sign string, ok func(int) bool) func(...any) (any, error) {
	return func(p ...any) (any, error) {
		if isNumber(p[0]) && isNumber(p[1]) {
			a, err := numberOf(p[0])
			if err != nil {
				return nil, err
			}
			b, err := numberOf(p[1])
			if err != nil {
				return nil, err
			}
			_, err = sameCur(sign, a, b)
			return ok(a.Cmp(b.Decimal)), err
		}
		switch a := p[0].(type) {
		case string:
			if b, is := p[1].(string); is {
				return ok(cmp(a, b)), nil
			}
		case model.Value:
			if b, is := p[1].(model.Value); is && a.Type == b.Type {
				return ok(cmp(a.Num, b.Num)), nil
			}
		}
		return nil, typeError(p, "cannot compare %s %s %s", kindWord(p[0]), sign, kindWord(p[1]))
	}
}

func cmp[T string | int64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// textOf writes a value into a text: nothing as "", numbers as decimals, times as RFC 3339.
func textOf(v any) (string, error) {
	switch x := v.(type) {
	case nil:
		return "", nil
	case string:
		return x, nil
	case bool:
		return strconv.FormatBool(x), nil
	case model.Value:
		return x.String(), nil
	}
	if isNumber(v) {
		n, err := numberOf(v)
		if err == nil && n.Cur != "" {
			return n.StringFixed(int32(model.MinorDigits(n.Cur))), nil
		}
		return n.String(), err
	}
	return "", typeError([]any{v}, "%s cannot be part of a text", kindWord(v))
}
