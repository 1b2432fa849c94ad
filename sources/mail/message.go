package mail

// This file: the door for messages that come from a server, one by one.

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"salvage/model"
	"salvage/sources"
)

// Message makes evidence of one message as a server gives it, in the same form as if it had been read from
// a file. When the bytes differ from the canonical ones in their CRLF line ends alone, which the protocol
// prescribes, they are not kept twice. Found and Digest are filled in.
func Message(raw []byte, found string) model.Evidence {
	ev := evidence(raw, false)
	if onlyCRLF(raw, ev.Canon) {
		ev.Raw = ev.Canon
	}
	ev.Found, ev.Digest = found, sources.Digest(ev.Media, ev.Canon)
	return ev
}

// onlyCRLF says whether raw is canon with CRLF for each LF.
func onlyCRLF(raw, canon []byte) bool {
	if len(raw) != len(canon)+bytes.Count(canon, []byte{'\n'}) {
		return false
	}
	for len(canon) > 0 {
		i := bytes.IndexByte(canon, '\n')
		if i < 0 {
			return bytes.Equal(raw, canon)
		}
		if !bytes.Equal(raw[:i], canon[:i]) || raw[i] != '\r' || raw[i+1] != '\n' {
			return false
		}
		raw, canon = raw[i+2:], canon[i+1:]
	}
	return true
}

// headSize is how much of a long message stays in memory: its header and, as a rule, all that a person
// wrote, for attachments stand last.
const headSize = 4 << 20

// Canonical is a writer that brings a message into canonical form on its way to another writer, so that a
// message of any size has the same digest as one that was held in memory.
type Canonical struct {
	to    io.Writer
	sum   hash.Hash
	head  []byte
	size  int64
	begun bool   // something but line ends was written
	ends  []byte // line ends that are held back: they may be the last ones
	bom   []byte
	out   []byte
}

// NewCanonical makes a writer that passes the canonical form on to a writer.
func NewCanonical(to io.Writer) *Canonical {
	c := &Canonical{to: to, sum: sha256.New()}
	c.sum.Write([]byte(Media + "\x00"))
	return c
}

// Write implements io.Writer.
func (c *Canonical) Write(b []byte) (int, error) {
	n := len(b)
	if !c.begun && len(c.bom) < 3 { // a byte order mark may come in pieces
		take := min(3-len(c.bom), len(b))
		c.bom = append(c.bom, b[:take]...)
		if b = b[take:]; len(c.bom) < 3 {
			return n, nil
		}
		c.feed(bytes.TrimPrefix(c.bom, []byte("\xef\xbb\xbf")))
	}
	c.feed(b)
	return n, c.flush()
}

// feed follows the bytes: CR before LF falls away, so do line ends at the start and the end.
func (c *Canonical) feed(b []byte) {
	for _, x := range b {
		switch {
		case !c.begun && (x == '\r' || x == '\n'):
		case x == '\r' || x == '\n':
			c.ends = append(c.ends, x)
		default:
			c.release()
			c.begun = true
			c.out = append(c.out, x)
		}
	}
}

// release gives out the line ends that were held back: they turned out to stand within the message.
func (c *Canonical) release() {
	for i, x := range c.ends {
		if x == '\r' && i+1 < len(c.ends) && c.ends[i+1] == '\n' {
			continue
		}
		c.out = append(c.out, x)
	}
	c.ends = c.ends[:0]
}

func (c *Canonical) flush() error {
	c.sum.Write(c.out)
	if room := headSize - len(c.head); room > 0 {
		c.head = append(c.head, c.out[:min(room, len(c.out))]...)
	}
	c.size += int64(len(c.out))
	_, err := c.to.Write(c.out)
	c.out = c.out[:0]
	return err
}

// Evidence ends the message and makes evidence of it. open gives back what was written to the writer below.
func (c *Canonical) Evidence(found string, open func() (io.ReadCloser, error)) (model.Evidence, error) {
	if len(c.bom) < 3 {
		c.feed(bytes.TrimPrefix(c.bom, []byte("\xef\xbb\xbf")))
	}
	c.out = append(c.out, '\n')
	if err := c.flush(); err != nil {
		return model.Evidence{}, err
	}
	ev := model.Evidence{Media: Media, Canon: c.head, Raw: c.head, Found: found, Long: &model.Long{Size: c.size, Open: open}}
	c.sum.Sum(ev.Digest[:0])
	h, _ := parseHeader(c.head)
	ev.At = h.when()
	if id := messageID(h.get("message-id")); id != "" {
		ev.Key = "mail:" + id
	} else {
		ev.Key = "mail:sha256-" + hex.EncodeToString(ev.Digest[:8])
	}
	return ev, nil
}
