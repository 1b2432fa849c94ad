package mapping

// This file: what is wrong with an expression before it is ever run: floating point, unknown names.

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"

	"salvage/model/strict"
)

// exactDigits is how many digits of a literal survive the parser, which reads it into a float64.
const exactDigits = 15

// floatCheck finds where a float64 would come about: powers, and literals with more digits than one holds.
type floatCheck struct {
	src string
	err error
}

// Visit looks at one node.
func (c *floatCheck) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BinaryNode:
		if n.Operator == "**" || n.Operator == "^" {
			c.err = fmt.Errorf("%s computes in floating point, which money must not: multiply instead", n.Operator)
		}
	case *ast.FloatNode:
		from, to := n.Location().From, n.Location().To
		if runes := []rune(c.src); from >= 0 && from < to && to <= len(runes) && digits(string(runes[from:to])) > exactDigits {
			c.err = fmt.Errorf("%s has more than %d digits and would be rounded", string(runes[from:to]), exactDigits)
		}
	}
}

func digits(s string) int {
	n := 0
	for _, r := range strings.TrimLeft(strings.ReplaceAll(s, ".", ""), "0") {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

var unknownName = regexp.MustCompile(`^unknown name (\S+)`)

// explain is the compiler's error in one line, with the nearest name where one is unknown.
func explain(err error, env map[string]any) error {
	msg := firstLine(err.Error())
	var fe *file.Error
	if errors.As(err, &fe) {
		msg = fe.Message
	}
	m := unknownName.FindStringSubmatch(msg)
	if m == nil {
		return errors.New(msg)
	}
	var known []string
	for name := range env {
		known = append(known, name)
	}
	if hint := strict.DidYouMean(m[1], known); hint != "" {
		return fmt.Errorf("%s; %s", msg, hint)
	}
	return errors.New(msg)
}
