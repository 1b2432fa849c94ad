package live

// This file: the guard above TLS that lets only commands through that read.

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// ErrWrite is the refusal of a command that might change a mailbox.
var ErrWrite = errors.New("salvage only reads: an IMAP command that might write was stopped before it was sent")

// guard is a connection that refuses every command but those of a list. EXAMINE opens a mailbox for reading
// alone (RFC 9051 section 6.3.3), and a body is only fetched with PEEK, which sets no flag.
type guard struct {
	net.Conn
	greeting []byte // what is read before the connection's own bytes
	line     []byte // the command line being written
	literal  int    // bytes of a literal still to come: they are data
	sasl     bool   // AUTHENTICATE is under way: its answers are no commands
}

func (g *guard) Read(b []byte) (int, error) {
	if len(g.greeting) > 0 {
		n := copy(b, g.greeting)
		g.greeting = g.greeting[n:]
		return n, nil
	}
	return g.Conn.Read(b)
}

func (g *guard) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		if g.literal > 0 {
			n := min(g.literal, len(rest))
			g.literal -= n
			rest = rest[n:]
			continue
		}
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			g.line = append(g.line, rest...)
			// A command that is not whole is judged as far as it goes: nothing of a forbidden one may leave.
			if len(g.line) > 1<<16 || bytes.Count(g.line, []byte{' '}) >= 3 && !g.allowed(string(g.line)) {
				return 0, g.refuse()
			}
			break
		}
		g.line = append(g.line, rest[:i+1]...)
		rest = rest[i+1:]
		text := strings.TrimRight(string(g.line), "\r\n")
		if n, ok := literalSize(text); ok {
			if !g.allowed(text) {
				return 0, g.refuse()
			}
			g.literal = n
			g.line = append(g.line[:0], text...) // the command goes on behind the literal
			continue
		}
		if !g.allowed(text) {
			return 0, g.refuse()
		}
		g.line = g.line[:0]
	}
	return g.Conn.Write(b)
}

func (g *guard) refuse() error {
	g.line = g.line[:0]
	return ErrWrite
}

// literalSize reads the end of a line that announces a literal: {12} or {12+}.
func literalSize(line string) (int, bool) {
	i := strings.LastIndexByte(line, '{')
	if i < 0 || !strings.HasSuffix(line, "}") {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSuffix(line[i+1:len(line)-1], "+"))
	return n, err == nil && n >= 0
}

// allowed judges a command line.
func (g *guard) allowed(line string) bool {
	words := strings.Fields(line)
	if len(words) < 2 {
		return g.sasl
	}
	verb := strings.ToUpper(words[1])
	if verb == "UID" && len(words) > 2 {
		verb += " " + strings.ToUpper(words[2])
	}
	switch verb {
	case "AUTHENTICATE":
		g.sasl = true
		return true
	case "CAPABILITY", "NOOP", "ID", "LOGIN", "ENABLE", "NAMESPACE", "LIST", "STATUS", "EXAMINE", "UID SEARCH", "MYRIGHTS", "UNSELECT", "LOGOUT":
		g.sasl = false
		return true
	case "UID FETCH":
		g.sasl = false
		return peeks(line)
	}
	return false
}

// peeks says whether a FETCH asks for no body but with PEEK.
func peeks(line string) bool {
	up := strings.ToUpper(line)
	for _, setsSeen := range []string{"BODY[", "RFC822 ", "RFC822)", "RFC822.TEXT", "BINARY["} {
		if strings.Contains(up, setsSeen) {
			return false
		}
	}
	return !strings.HasSuffix(up, " RFC822")
}

// startTLS asks for encryption before anything else is said (RFC 9051 section 6.2.1). What the server sent
// behind its answer, before encryption, is an attack and ends the connection.
func startTLS(c net.Conn) error {
	if _, err := readLine(c); err != nil { // the greeting
		return err
	}
	if _, err := c.Write([]byte("s1 STARTTLS\r\n")); err != nil {
		return err
	}
	for range 20 {
		line, err := readLine(c)
		if err != nil {
			return err
		}
		if rest, ok := strings.CutPrefix(line, "s1 "); ok {
			if !strings.HasPrefix(strings.ToUpper(rest), "OK") {
				return errors.New("the server does not take STARTTLS")
			}
			return nil
		}
	}
	return errors.New("the server does not answer STARTTLS")
}

// readLine reads a line byte by byte, so that nothing behind it is taken.
func readLine(c net.Conn) (string, error) {
	var line []byte
	var b [1]byte
	for len(line) < 8192 {
		if _, err := c.Read(b[:]); err != nil {
			return "", err
		}
		if b[0] == '\n' {
			return strings.TrimRight(string(line), "\r"), nil
		}
		line = append(line, b[0])
	}
	return "", fmt.Errorf("a line of more than %d bytes", len(line))
}
