package mapping

// This file: expressions, compiled by expr-lang/expr with every operator replaced by exact ones of ours.

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"salvage/model"
	"salvage/model/strict"
)

// maxExprNodes bounds the size of an expression.
const maxExprNodes = 2000

// Expr is a compiled expression.
type Expr struct {
	Source  string
	program *vm.Program
}

// Scope is what an expression sees: settled values only. The maps hold canonical fields (as FieldValue
// makes them), "key", and "row" with the raw columns.
type Scope struct {
	R, Customer, Vehicle, Reservation map[string]any
	Item                              map[string]any // of a line among many: the row that it refers to
	I                                 int            // its number, counting from 1
	Key                               any            // text, or a model.RowRef while only the import knows it
	Zone                              *time.Location
	Seed                              string // identity of the row and place in the mapping: seeds random and uuid
	Lookup                            func(table, get string, by map[string]string) (string, error)
}

// compile compiles an expression about one entity's rows; item says that it stands with a line among many.
// Fields that are neither canonical nor mapped are errors.
func compile(src string, e *Entity, item bool) (*Expr, error) {
	env := (&Scope{}).env()
	if !item {
		delete(env, "item")
		delete(env, "i")
	}
	opts := []expr.Option{expr.Env(typesOf(env)), expr.MaxNodes(maxExprNodes), expr.DisableAllBuiltins(), expr.Patch(exact{})}
	for _, b := range []string{"len", "trim", "split", "replace", "hasPrefix", "hasSuffix", "indexOf"} {
		opts = append(opts, expr.EnableBuiltin(b))
	}
	for name, f := range operators() {
		opts = append(opts, expr.Function(name, f, new(func(...any) any)))
	}
	members := &memberCheck{entity: e}
	floats := &floatCheck{src: strings.TrimSpace(src)}
	opts = append([]expr.Option{expr.Patch(floats)}, append(opts, expr.Patch(members))...)
	program, err := expr.Compile(floats.src, opts...)
	switch {
	case floats.err != nil:
		return nil, floats.err
	case err != nil:
		return nil, explain(err, env)
	case members.err != nil:
		return nil, members.err
	}
	return &Expr{Source: src, program: program}, nil
}

// typesOf says what the names of an expression are. The key may be a text, a reference or, of a composite
// key, a list of them.
func typesOf(env map[string]any) types.Map {
	out := types.Map{}
	for name, v := range env {
		if v == nil {
			out[name] = types.Any
			continue
		}
		out[name] = types.TypeOf(v)
	}
	return out
}

// Eval computes the expression. The result is nil, a text, a bool, a model.Value, a model.RowRef or a Number.
func (x *Expr) Eval(sc *Scope) (any, error) {
	v, err := vm.Run(x.program, sc.env())
	if err != nil {
		var wrong *TypeError
		if errors.As(err, &wrong) {
			err = wrong
		}
		return nil, fmt.Errorf("expression %q: %w", strings.TrimSpace(x.Source), &evalError{firstLine(err.Error()), err})
	}
	switch n := v.(type) {
	case int:
		return numberOf(n)
	case int64, float64:
		return numberOf(n)
	}
	return v, nil
}

// evalError is an error of the machine in one line.
type evalError struct {
	msg string
	err error
}

func (e *evalError) Error() string { return e.msg }
func (e *evalError) Unwrap() error { return e.err }

// seeded reports whether the expression draws random text: two rows of one seed agree by chance of the seed alone.
func (x *Expr) seeded() bool {
	return strings.Contains(x.Source, "random") || strings.Contains(x.Source, "uuid") || strings.Contains(x.Source, "lookup")
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// exact is the patcher that turns every arithmetic and comparing operator into a call of ours.
type exact struct{}

// Visit replaces one node.
func (exact) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BinaryNode:
		if name := operatorName(n.Operator); name != "" {
			ast.Patch(node, &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: []ast.Node{n.Left, n.Right}})
		}
	case *ast.UnaryNode:
		if n.Operator == "-" {
			ast.Patch(node, &ast.CallNode{Callee: &ast.IdentifierNode{Value: "op_neg"}, Arguments: []ast.Node{n.Node}})
		}
	}
}

func operatorName(op string) string {
	switch op {
	case "+":
		return "op_add"
	case "-":
		return "op_sub"
	case "*":
		return "op_mul"
	case "/":
		return "op_div"
	case "%":
		return "op_mod"
	case "==":
		return "op_eq"
	case "!=":
		return "op_ne"
	case "<":
		return "op_lt"
	case "<=":
		return "op_le"
	case ">":
		return "op_gt"
	case ">=":
		return "op_ge"
	}
	return ""
}

// memberCheck finds fields that no record has: r.totl.
type memberCheck struct {
	entity *Entity
	err    error
}

// Visit looks at one node.
func (c *memberCheck) Visit(node *ast.Node) {
	m, ok := (*node).(*ast.MemberNode)
	if !ok || c.err != nil {
		return
	}
	base, isName := m.Node.(*ast.IdentifierNode)
	prop, isText := m.Property.(*ast.StringNode)
	if !isName || !isText {
		return
	}
	known, mine := c.known(base.Value)
	if known == nil || within(known, prop.Value) {
		return
	}
	if !mine && !within(known, prop.Value) && strings.HasPrefix(prop.Value, "x_") {
		return // a field of another entity of the company's own: not known here
	}
	hint := strict.DidYouMean(prop.Value, known)
	if hint != "" {
		hint = "; " + hint
	}
	c.err = fmt.Errorf("%s.%s is not a field%s", base.Value, prop.Value, hint)
}

func (c *memberCheck) known(name string) (fields []string, mine bool) {
	kind := model.Kind("")
	switch name {
	case "r":
		kind, mine = c.entity.Kind, true
	case "customer":
		kind = model.Customer
	case "vehicle":
		kind = model.Vehicle
	case "reservation":
		kind = model.Reservation
	default: // item, too: what it is only the row knows
		return nil, false
	}
	fields = []string{"key", "row"}
	for _, f := range model.KnownFields(kind) {
		fields = append(fields, string(f))
	}
	if mine {
		if c.entity.lodger != nil { // the customer stands in the same row
			for _, f := range model.KnownFields(model.Customer) {
				fields = append(fields, string(f))
			}
		}
		for _, f := range c.entity.Fields {
			fields = append(fields, string(f.Name), strings.TrimPrefix(string(f.Name), "x_"))
		}
	}
	return fields, mine
}
