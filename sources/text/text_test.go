package text

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func show(ls []Line) (out []string) {
	for _, l := range ls {
		s := l.Text
		if l.Label != "" {
			s = "[" + l.Label + "] " + s
		}
		if l.Quoted {
			s = "> " + s
		}
		out = append(out, s)
	}
	return out
}

func TestPlain(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"label and value", "Pick-up: 10 May 2026 10:00\nTotal:$45", []string{"[Pick-up] 10 May 2026 10:00", "[Total] $45"}},
		{"aligned", "Voucher   : DA1\nPhone     : +1 2", []string{"[Voucher] DA1", "[Phone] +1 2"}},
		{"gap", "Pick-up        10 May 2026\nCar\t\tGolf", []string{"[Pick-up] 10 May 2026", "[Car] Golf"}},
		{"leaders", "Total ........ $45.00", []string{"[Total] $45.00"}},
		{"bars between words", "Golf · F-015\nTown | City", []string{"Golf · F-015", "Town | City"}},
		{"a drawn table", "| Code | AB1 |", []string{"[Code] AB1"}},
		{"a label that speaks", "Booking 4711: confirmed", []string{"Booking 4711: confirmed", "[Booking 4711] confirmed"}},
		{"abbreviations", "Reservation no.\nAB1\nGoodbye then.\nBye 1", []string{"Reservation no.", "[Reservation no.] AB1", "Goodbye then.", "Bye 1"}},
		{"bars", "Code: AB1 | Car: Golf | just words", []string{"[Code] AB1", "[Car] Golf", "just words"}},
		{"above", "Pick-up\n10 May 2026\nAirport 2", []string{"Pick-up", "[Pick-up] 10 May 2026", "Airport 2"}},
		{"above, with colon", "Pick-up:\n\n10 May 2026", []string{"[Pick-up] 10 May 2026"}},
		{"wide colon", "取车时间：2026年5月1日 10:00", []string{"[取车时间] 2026年5月1日 10:00"}},
		{"times and links are no labels", "at 10:30 we open\nhttps://x.test/a\n10:30", []string{"at 10:30 we open", "https://x.test/a", "10:30"}},
		{"quotes", "yes\n> Code: AB1\n>> older", []string{"yes", "> [Code] AB1", "> older"}},
		{"marks", "*Code:* AB1", []string{"[Code] AB1"}},
		{"no blank after the colon", "Nº de contrato:2026/03\nwww.x.test:80", []string{"[Nº de contrato] 2026/03", "www.x.test:80"}},
		{"other marks between", "Car → Golf\nTotal amount = 5.00", []string{"[Car] Golf", "[Total amount] 5.00"}},
		{"bullets", "- Code: AB1\n• Car: Golf\n-- \nJane", []string{"[Code] AB1", "[Car] Golf", "--", "Jane"}},
		{"dashes in a row", "Code - AB1\nCar - Golf\nFrom - 1 May", []string{"Code - AB1", "[Code] AB1", "Car - Golf", "[Car] Golf", "From - 1 May", "[From] 1 May"}},
		{"one dash", "Golf - Jane Doe", []string{"Golf - Jane Doe"}},
		{"greeting", "Dear Jane Doe:\nwelcome to us all", []string{"Dear Jane Doe:", "[Dear Jane Doe] welcome to us all"}},
		{"label that is a sentence", "We keep the Golf for you: Monday", []string{"We keep the Golf for you: Monday", "[We keep the Golf for you] Monday"}},
		{"drawn columns", "Pick-up    Return\n1 May 10:00   3 May 9:00\nHarbour  Airport", []string{"[Pick-up] 1 May 10:00", "[Return] 3 May 9:00", "[Pick-up] Harbour", "[Return] Airport"}},
		{"drawn matrix", "      Was     Now\nCar   Golf    Polo\nFrom  1 May   2 May", []string{"[Was Car] Golf", "[Now Car] Polo", "[Was From] 1 May", "[Now From] 2 May"}},
		{"drawn list of labels", "Name     Jane Doe\nFrom     1 May", []string{"[Name] Jane Doe", "[From] 1 May"}},
		{"wrapped", "You collect the red Golf on Monday, 10 May 2026 at 10:00 in the old\nHarbour and bring it back on Friday.\nPick-up: 10 May\n\nGoodbye from us", []string{
			"You collect the red Golf on Monday, 10 May 2026 at 10:00 in the old Harbour and bring it back on Friday.", "[Pick-up] 10 May", "Goodbye from us"}},
		{"short lines are not wrapped", "Jane Doe\nHarbour Street 5\nin the old part of the town near the great water, behind\nTown", []string{
			"Jane Doe", "[Jane Doe] Harbour Street 5", "in the old part of the town near the great water, behind", "Town"}},
		{"sentence", "you rented X (copy #4) on Jun 20, 2022 at 6:00 PM MDT.", []string{"you rented X (copy #4) on Jun 20, 2022 at 6:00 PM MDT."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ls, cut := Plain(tt.in)
			require.False(t, cut)
			require.Equal(t, tt.want, show(ls))
		})
	}
}

func TestHTML(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"rows", "<table><tr><th>Title</th><td>DRIVER &amp; ANNIE</td></tr><tr><td>Paid:</td><td>$&nbsp;2.99</td></tr></table>", []string{"[Title] DRIVER & ANNIE", "[Paid] $ 2.99"}},
		{"value of two lines", "<table><tr><td>Pick-up</td><td>10 May<br>Airport</td></tr></table>", []string{"Pick-up", "[Pick-up] 10 May", "[Pick-up] Airport"}},
		{"columns", "<table><tr><th>Car</th><th>From</th><th>To</th></tr><tr><td>Golf</td><td>1 May</td><td>3 May</td></tr></table>", []string{"[Car] Golf", "[From] 1 May", "[To] 3 May"}},
		{"two columns", "<table><tr><td>Pick-up</td><td>Return</td></tr><tr><td>1 May 10:00</td><td>3 May 9:00</td></tr></table>", []string{"Pick-up", "[Pick-up] Return", "[Pick-up] 1 May 10:00", "[Return] 3 May 9:00"}},
		{"matrix", "<table><tr><th></th><th>Old</th><th>New</th></tr><tr><td>Car</td><td>Golf</td><td>Polo</td></tr></table>", []string{"Car", "[Old Car] Golf", "[New Car] Polo"}},
		{"head row without markup", "<table><tr><td>Car</td><td>From</td><td>Place</td><td>To</td></tr><tr><td>Golf</td><td>1 May</td><td>Harbour</td><td>3 May</td></tr></table>", []string{
			"Car", "[Car] From", "[From] Place", "[Place] To", "[Car] Golf", "[From] 1 May", "[Place] Harbour", "[To] 3 May"}},
		{"two pairs a row", "<table><tr><td>Code</td><td>ABC</td><td>Name</td><td>Jane</td></tr><tr><td>From</td><td>1 May</td><td>To</td><td>3 May</td></tr><tr><td>Car</td><td>Golf</td><td>Price</td><td>$5</td></tr></table>", []string{
			"Code", "[Code] ABC", "Name", "[Name] Jane", "From", "[From] 1 May", "To", "[To] 3 May", "Car", "[Car] Golf", "Price", "[Price] $5"}},
		{"two pairs in one row", "<table><tr><td>Code</td><td>AB1</td><td>Name</td><td>Jane</td></tr></table>", []string{"Code", "[Code] AB1", "Name", "[Name] Jane"}},
		{"layout", "<table><tr><td><table><tr><td>Code</td><td>AB1</td></tr></table></td><td>aside</td></tr></table>", []string{"Code", "[Code] AB1", "aside"}},
		{"definitions", "<dl><dt>Car</dt><dd>Golf 7</dd></dl>", []string{"Car", "[Car] Golf 7"}},
		{"bold head", "<p><b>Pick-up</b> 10 May 2026</p><p>Code <b>AB1</b></p>", []string{"[Pick-up] 10 May 2026", "Code AB1"}},
		{"blocks above", "<div>Pick-up</div><div>10 May</div>", []string{"Pick-up", "[Pick-up] 10 May"}},
		{"spans that touch", "<div><span>Pick-up</span><span>10 May</span></div>", []string{"Pick-up", "[Pick-up] 10 May"}},
		{"hidden", "<div style='display: none'>preview <b>x</b></div><style>p{}</style><title>t</title><script>var x='<p>no'</script>seen", []string{"seen"}},
		{"quoted", "<p>yes</p><blockquote>Code: AB1</blockquote><p>mine</p><div class=gmail_quote><div>old</div></div>own", []string{"yes", "> [Code] AB1", "mine", "> old", "own"}},
		{"never closed", "<table><tr><td>Code<td>AB1<tr><td>Car<td>Golf 1", []string{"Code", "[Code] AB1", "Car", "[Car] Golf 1"}},
		{"preformatted", "<pre>Code: AB1\nCar: Golf</pre>", []string{"[Code] AB1", "[Car] Golf"}},
		{"zero width", "<p>AB&#8203;1</p>", []string{"AB1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, show(HTML(tt.in).Lines)) })
	}
}

func TestHTMLParts(t *testing.T) {
	d := HTML(`<script type="application/ld+json">{"a":1}</script><div itemscope>x</div><a href="https://x.test/?b=1">go</a>`)
	require.Len(t, d.Scripts, 1)
	require.Equal(t, `{"a":1}`, d.Scripts[0].Text)
	require.True(t, d.Micro)
	require.Equal(t, "https://x.test/?b=1", d.Links[0].Href)
}

// A span names the place of the words in the source.
func TestSpans(t *testing.T) {
	src := "Hello\nPick-up:   10 May 2026\n"
	ls, _ := Plain(src)
	require.Equal(t, "10 May 2026", src[ls[1].From:ls[1].To])
	src = "<p>x</p><table><tr><td>Code</td><td> AB-1 </td></tr></table><p>Car: Golf &amp; co</p>"
	ls = HTML(src).Lines
	require.Equal(t, "AB-1", src[ls[2].From:ls[2].To])
	require.Contains(t, src[ls[3].From:ls[3].To], "Golf &amp; co")
}

func TestBounds(t *testing.T) {
	_, cut := Plain(strings.Repeat("x\n", 10_000))
	require.True(t, cut)
	ls, _ := Plain(strings.Repeat("y", 100_000))
	require.LessOrEqual(t, len(ls[0].Text), maxLine)
	d := HTML(strings.Repeat("<table><tr><td>", 50_000) + "x")
	require.Len(t, d.Lines, 1)
}

func FuzzHTML(f *testing.F) {
	f.Add("<table><tr><th>a<td>b</table></table><b>c</b> d<blockquote><dt>x<span>y</span><span>z")
	f.Add("</td></tr></table><td>a<td>b</tr><div class=gmail_quote></div></div><pre>a\n\nb")
	f.Fuzz(func(t *testing.T, in string) {
		d := HTML(in)
		for _, l := range d.Lines {
			if l.From < 0 || l.To > len(in) || l.From > l.To || l.Text == "" {
				t.Fatalf("%+v", l)
			}
		}
	})
}

func FuzzPlain(f *testing.F) {
	f.Add("a: b | c: d\n> x\n\t：y")
	f.Fuzz(func(t *testing.T, in string) {
		ls, _ := Plain(in)
		for _, l := range ls {
			if l.From < 0 || l.To > len(in) || l.From > l.To || l.Text == "" {
				t.Fatalf("%+v", l)
			}
		}
	})
}
