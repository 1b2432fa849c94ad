package mail

// This file: the lines of a body, told apart: what the sender writes, what they quote, what they forward.

import (
	"net/url"
	"strings"

	"salvage/model"
	"salvage/sources/text"
)

// bodyState is where in a body we are.
type bodyState int

const (
	own     bodyState = iota
	quoting           // everything that follows is quoted
	heading           // inside the header lines of an inline forward
	forward           // inside the body of an inline forward
)

// lines adds the lines of one body. It tells where an inline forward begins, in bytes; -1 for nowhere.
func (out *reading) lines(p part, path string, ls []text.Line) (forwarded int) {
	state, forwarded := own, -1
	lift := false // the whole forward stands in a quotation of HTML, which then means nothing
	for i, l := range ls {
		kind := none
		if state == own {
			kind = introduces(ls, i, out.subject)
		}
		switch {
		case kind == introForward && (!l.Quoted || isForward(out.subject)):
			state, lift, forwarded = heading, l.Quoted, l.From
			out.Via = "forward"
			if isMarker(l.Text) {
				continue
			}
		case kind == introReply && !(i+1 < len(ls) && ls[i+1].Quoted):
			state = quoting
		case kind == introReply && l.Label == "":
			l.Quoted = true // who wrote what follows is no news
		}
		if state == heading {
			if name := headerWord(l.Label); name != "" {
				out.forwardHeader(p, name, l)
				continue
			}
			state = forward
		}
		out.line(p, path, l, state, lift)
	}
	return forwarded
}

func (out *reading) line(p part, path string, l text.Line, state bodyState, lift bool) {
	s := model.Segment{Path: path, Label: l.Label, Text: l.Text, Above: l.Above, Span: model.Span{Part: p.id, From: l.From, To: l.To}}
	s.Quoted = l.Quoted || state == quoting
	if state == forward {
		s.Quoted = l.Quoted && !lift
		if p.prefix == "" {
			s.Path = "fwd:" + path
		}
	}
	out.add(s)
}

// forwardHeader adds a header line of an inline forward under the paths of a real one.
func (out *reading) forwardHeader(p part, name string, l text.Line) {
	at := model.Span{Part: p.id, From: l.From, To: l.To}
	if name != "from" && name != "to" {
		out.add(model.Segment{Path: "fwd:" + name, Label: l.Label, Text: l.Text, Span: at})
		return
	}
	for _, a := range addresses(strings.NewReplacer("[mailto:", "<", "]", ">").Replace(l.Text)) {
		out.add(model.Segment{Path: "fwd:" + name + ".name", Label: l.Label, Text: a.name, Span: at})
		out.add(model.Segment{Path: "fwd:" + name + ".email", Label: l.Label, Text: a.email, Span: at})
	}
}

// intro is what a line introduces.
type intro int

const (
	none intro = iota
	introReply
	introForward
)

// introduces tells whether what follows a line is another message. The words are those that mail programs
// put there in the languages they speak; "original message" introduces either, and the subject decides.
func introduces(ls []text.Line, i int, subject string) intro {
	l := ls[i]
	for _, s := range [2]string{l.Label, l.Text} {
		if s == "" || s == l.Text && !mayIntroduce(s) {
			continue
		}
		w := marker(s)
		switch {
		case w == "":
		case isForwardWord(w):
			return introForward
		case isOriginalWord(w):
			return replyOrForward(subject)
		case wrote(w):
			return introReply
		}
	}
	if i+2 < len(ls) && strings.Contains(l.Text, "@") && headerWord(l.Label) == "from" {
		a, b := headerWord(ls[i+1].Label), headerWord(ls[i+2].Label)
		if a != "" && b != "" && a != "from" && b != "from" {
			return replyOrForward(subject)
		}
	}
	return none
}

func replyOrForward(subject string) intro {
	if isForward(subject) {
		return introForward
	}
	return introReply
}

// isMarker says whether a line is a mark of a forward and nothing else.
func isMarker(s string) bool {
	w := marker(s)
	return w != "" && (isForwardWord(w) || isOriginalWord(w))
}

// marker strips a line of the dashes and colons around it; "" when it is too long to be a mark.
func marker(s string) string {
	if len(s) > 300 || s == "" {
		return ""
	}
	return strings.ToLower(strings.Trim(s, "-_=*:> \t"))
}

func oneOf(w string, words []string) bool {
	for _, x := range words {
		if w == x {
			return true
		}
	}
	return false
}

func isForwardWord(w string) bool {
	switch w {
	case "forwarded message", "begin forwarded message", "forwarded by", "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail",
		"message transféré", "début du message réexpédié", "début du message transféré", "mensaje reenviado", "inicio del mensaje reenviado",
		"messaggio inoltrato", "inizio messaggio inoltrato", "doorgestuurd bericht", "begin doorgestuurd bericht", "mensagem encaminhada", "início da mensagem reencaminhada", "mensagem reencaminhada",
		"vidarebefordrat meddelande", "vidarebefordrat brev", "videresendt melding", "videresendt meddelelse", "videresendt besked", "välitetty viesti", "alkaa välitetty viesti",
		"пересылаемое сообщение", "пересланное сообщение", "начало переадресованного сообщения", "wiadomość przekazana dalej", "przekazana wiadomość", "přeposlaná zpráva", "továbbított üzenet", "mesaj redirecționat",
		"iletilen mesaj", "iletilmiş mesaj", "προωθημένο μήνυμα", "转发的邮件", "转发邮件", "轉寄郵件", "轉寄的郵件", "転送メッセージ", "転送されたメッセージ", "전달된 메일", "전달된 메시지":
		return true
	}
	return false
}

func isOriginalWord(w string) bool {
	switch w {
	case "original message", "original appointment", "ursprüngliche nachricht", "originalnachricht", "message d'origine", "message original", "mensaje original",
		"messaggio originale", "oorspronkelijk bericht", "mensagem original", "ursprungligt meddelande", "originalmeddelande", "opprinnelig melding", "oprindelig meddelelse", "alkuperäinen viesti",
		"исходное сообщение", "oryginalna wiadomość", "původní zpráva", "eredeti üzenet", "özgün ileti", "orijinal mesaj", "原始邮件", "原始郵件", "元のメッセージ", "원본 메시지":
		return true
	}
	return false
}

// mayIntroduce is a cheap look at a line's ends: marks stand between dashes or before a colon.
func mayIntroduce(s string) bool {
	switch s[0] {
	case '-', '_', '*', '=':
		return true
	}
	return s[len(s)-1] == ':' || strings.HasSuffix(s, "：")
}

// wrote tells a line like "On 3 May 2026, A <a@b.test> wrote:".
// The line comes in lower case, without its colon.
func wrote(low string) bool {
	low = strings.TrimRight(low, "： ")
	if low == "" {
		return false
	}
	for _, w := range []string{"wrote", "schrieb", "a écrit", "escribió", "ha scritto", "schreef", "escreveu", "skrev", "kirjoitti", "написал", "написала", "пишет", "napisał", "napisała", "napsal", "írta", "şunu yazdı", "yazdı", "写道", "寫道", "が書きました", "작성"} {
		if strings.HasSuffix(low, w) && (len(low) == len(w) || strings.ContainsAny(low, "@0123456789<")) {
			return true
		}
	}
	return strings.HasPrefix(low, "am ") && strings.Contains(low, " schrieb ")
}

// isForward tells a forward by its subject's prefix.
func isForward(subject string) bool {
	p, _, ok := strings.Cut(strings.ToLower(strings.TrimSpace(subject)), ":")
	return ok && oneOf(strings.Trim(p, "[] "), []string{"fwd", "fw", "wg", "tr", "rv", "i", "enc", "doorst", "vb", "vs", "vl", "pd", "továbbítás", "ilt", "转发", "轉寄", "転送"})
}

// headerWord tells which header field a label names, in the languages of mail programs; "" for none.
func headerWord(label string) string {
	if label == "" || len(label) > 40 {
		return ""
	}
	switch strings.ToLower(strings.Trim(label, "* ")) {
	case "from", "von", "de", "da", "van", "från", "fra", "lähettäjä", "от", "от кого", "od", "feladó", "gönderen", "kimden", "από", "发件人", "寄件者", "差出人", "보낸 사람":
		return "from"
	case "to", "an", "à", "para", "a", "aan", "till", "til", "vastaanottaja", "кому", "do", "komu", "címzett", "kime", "προς", "收件人", "收件者", "宛先", "받는 사람":
		return "to"
	case "date", "sent", "datum", "gesendet", "envoyé", "envoyé le", "fecha", "enviado", "enviado el", "data", "inviato", "verzonden", "skickat", "dato", "sendt", "lähetetty", "päivämäärä", "дата", "отправлено", "wysłano", "odesláno", "elküldve", "tarih", "gönderildi", "ημερομηνία", "发送时间", "日期", "寄件日期", "日付", "送信日時", "보낸 날짜":
		return "date"
	case "subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto", "ämne", "emne", "aihe", "тема", "temat", "předmět", "tárgy", "konu", "θέμα", "主题", "主旨", "件名", "제목":
		return "subject"
	case "cc", "kopie", "copie", "copia", "копия", "抄送":
		return "cc"
	}
	return ""
}

// link adds an address of the web: where it points and its parameters, which often name the booking.
func (out *reading) link(p part, l text.Link, forwarded int) {
	prefix := p.prefix
	if forwarded >= 0 && l.From >= forwarded && prefix == "" {
		prefix = "fwd:"
	}
	at := model.Span{Part: p.id, From: l.From, To: l.To}
	u, err := url.Parse(l.Href)
	if err != nil || len(l.Href) > 2048 {
		return
	}
	put := func(path, label, s string) {
		if s != "" && len(s) <= 512 {
			out.add(model.Segment{Path: prefix + path, Label: label, Text: s, Span: at, Quoted: l.Quoted && prefix == ""})
		}
	}
	switch u.Scheme {
	case "mailto", "tel":
		put("link:"+u.Scheme, u.Scheme, u.Opaque)
		return
	case "http", "https":
	default:
		return
	}
	if len(u.Path) > 1 {
		put("link", u.Host, u.Path)
	}
	for _, pair := range strings.Split(u.RawQuery, "&") {
		k, v, _ := strings.Cut(pair, "=")
		key, err1 := url.QueryUnescape(k)
		value, err2 := url.QueryUnescape(v)
		if err1 == nil && err2 == nil && !strings.HasPrefix(key, "utm_") {
			put("link:"+key, key, value)
		}
	}
}
