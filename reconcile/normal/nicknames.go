package normal

// This file: short and pet forms of first names, and the spellings of one sound.

import (
	"slices"
	"strings"
	"sync"
)

// nicknames lists forms of one first name, a group a line, folded. A form may stand in several groups.
func nicknames() []string {
	return []string{
		"alexander alex al alec lex sandy sascha sasha sacha aleksandr alejandro alessandro alexandre",
		"alexandra alex sandra sasha sascha lexi aleksandra alejandra alessandra", "alfred al alf alfie fred freddy", "alan al", "albert al bert",
		"andrew andy drew", "andreas andi andy", "anna ann annie anne anja ania anka hannah", "anthony tony antonio toni anton", "antoinette toni nettie",
		"arthur art artie", "barbara barb babs basia barbie", "benjamin ben benny benji", "bernard bernie bernd bernhard", "beatrice bea trixie beatriz",
		"bradley brad", "caroline carol carrie caro karoline", "catherine kate katie cathy kathy cat katherine kathryn kitty katharina katarina kat kati cath caterina catalina ekaterina katya katia katja trine",
		"charles charlie chuck carlos carl karl chas", "charlotte charlie lotte lottie", "christian chris christiaan", "christina chris tina christine kristina kristin christa kirsten krystyna",
		"christopher chris kit topher christoph cristobal krzysztof", "daniel dan danny dani", "daniela dani", "david dave davey dawid", "deborah deb debbie debra",
		"dmitri dima dmitrii dmitry", "donald don donny", "dorothy dot dottie dorothea dora", "edward ed eddie ted teddy ned eduard eduardo edoardo", "edwin ed eddie",
		"elizabeth liz lizzy beth betty eliza elisabeth bess libby lisa liza lizzie elsa elise ela elzbieta isabel isabella isabelle", "emily em emma emmy emilia", "emmanuel manny manu manuel",
		"eugene gene", "eva eve evi ewa", "evelyn eve evie", "ferdinand ferdi", "florian flo", "frances fran francie francesca franziska franzi", "francis frank fran francisco paco pancho francesco franz franco",
		"franklin frank", "frederick fred freddie rick friedrich fritz frederic federico frederik", "gabriel gabe gabi", "gabriele gabi gabriela gabriella", "george georg jorge giorgio georges jerzy yuri jiri giorgos", "gerald jerry gerry gerhard gerd gerard",
		"giovanni gianni johann", "giuseppe peppe beppe pino", "gregory greg gregor grzegorz", "hans johannes johann hannes jan", "harold harry hal", "heinrich heinz henry heiner", "helen helena ellen nell elena helene lena", "henry harry hank henri henrik enrique enrico",
		"ioannis yannis giannis iannis", "ignacio nacho", "ivan vanya ioan", "jacob jake jakob jack jakub", "jacqueline jackie", "james jim jimmy jamie jay", "jane janie janet jean jeanne johanna joanna", "janet jan", "jason jay", "jeffrey jeff geoffrey geoff",
		"jennifer jen jenny jenn", "jessica jess jessie", "jesus chucho", "joachim jochen achim", "joan joanie", "john jack johnny jon juan jean jan johan johannes ivan giovanni joao ian sean", "johanna hanna", "jonathan jon john jonny", "jose pepe josef joseph giuseppe jozef", "joseph joe joey jo", "josephine jo josie",
		"joshua josh", "juergen jurgen", "julia julie jule giulia", "karl carl carlos karel", "kenneth ken kenny", "kimberly kim", "konstantin kostya kostas kosta costas", "konstantinos kostas kosta dinos", "laura laurie lora", "lawrence larry laurence laurent lars lorenz lorenzo", "leonard leo len lenny leonardo leon", "lillian lily lilly", "louis lou louie ludwig luis luigi lewis", "louise lou luisa", "lucas luke luca luc lukas lukasz",
		"lyudmila lyuda mila ludmila", "magdalena magda lena madeleine maddie", "malgorzata gosia margaret", "manuel manolo manu", "margaret maggie meg peggy marge margie greta rita daisy margarete margarita marguerite gretel margit", "maria mary marie mariia mariya masha mia marija marya maruska miriam", "mark marc marco marcus markus marcos marek", "martha marty patty marta", "martin marty",
		"matthew matt matty mateo matteo matthias matthieu mats mateusz matthijs", "maximilian max maxim maksim", "mehmet memo muhammed", "melissa missy mel lissa", "michael mike mick mickey mikey mikhail misha michel miguel michele michal mikael mihai", "michelle shelly", "mohammed muhammad mohamed mo mohamad mehmet", "mustafa musti", "natalie nat natalia natalya natasha", "nathaniel nathan nate nat", "nicholas nick nicky nico nikolai nicolas nikolaus klaus nicola niklas nikolas kolya mikolaj nikos nikolaos",
		"nicole nicky nikki", "oliver ollie olli", "olga olya", "olivia liv livvy", "pamela pam", "patricia pat patty trish tricia", "patrick pat paddy patrik", "paul pablo paolo pavel pawel", "pedro perico pete", "peter pete pedro piotr pietro pierre petr pyotr petros", "philip phil pip philipp felipe philippe filip filippo",
		"rafael rafa raphael raffaele", "raymond ray", "rebecca becky becca", "ricardo rick rico richard riccardo", "richard rick dick rich richie ricky ricardo", "robert bob rob bobby robbie bert roberto", "roderick rod", "roger rodge ruediger", "roman roma", "ronald ron ronnie", "rosemary rose rosie", "rudolf rudi",
		"russell russ", "samantha sam sammy", "samuel sam sammy", "sandra sandy", "sarah sally sara sadie", "sebastian seb basti bastian", "sergei sergey serge serhii sergio seryozha", "sharon shari", "sofia sophia sophie zofia zosia", "stanislav stas stanislaw", "stefanie steffi stephanie", "stephanie steph stefanie stefania", "steven steve stephen stefan stephan esteban stefano stevie etienne stephane istvan", "susan sue suzie susie suzanne susanna susanne zuzanna",
		"svetlana sveta svitlana", "tatiana tanya tania tatyana", "teresa terry tess tessa theresa tessie therese", "terence terry", "theodore ted theo teddy theodor fyodor", "thomas tom tommy tomas tomasz tommaso", "timothy tim timmy", "ulrich uli ulli", "ulrike uli rike", "valentina valya", "veronica ronnie roni veronika", "victor vic viktor vittorio", "victoria vicky tori vicki viktoria", "vincent vince vinny vincenzo vicente", "vladimir vova volodya volodymyr wladimir", "walter walt wally", "wilhelm willi willy", "william bill will billy liam willy willie guillermo guillaume wilhelm guglielmo", "wolfgang wolf", "yevgeny zhenya evgeny evgenii evgeniy yevgenii", "yuri yury iurii yurii georgy", "zachary zach zack",
		"kadir kado", "abdullah apo", "ibrahim ibo abraham abe", "ismail ismo", "ali aliye", "xavier javier xavi javi", "guadalupe lupe", "concepcion concha conchita", "dolores lola", "mercedes merche", "rosario charo", "enrique quique kike", "eduardo lalo edu", "roberto beto", "alberto beto", "santiago santi diego jaime", "joaquin quino", "fernando nando fer", "leopoldo polo",
	}
}

// nickGroups maps each form to the groups it stands in, ascending.
var nickGroups = sync.OnceValue(func() map[string][]int {
	m := map[string][]int{}
	for g, line := range nicknames() {
		for _, w := range strings.Fields(line) {
			if !slices.Contains(m[w], g) {
				m[w] = append(m[w], g)
			}
		}
	}
	return m
})

// sameNick reports two forms of one first name.
func sameNick(a, b string) bool {
	groups := nickGroups()
	x, y := groups[a], groups[b]
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] == y[j]:
			return true
		case x[i] < y[j]:
			i++
		default:
			j++
		}
	}
	return false
}

// soundReplacer rewrites the letter groups that ways of transliterating a name disagree on.
var soundReplacer = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer(
		"shch", "s", "sch", "s", "sh", "s", "tsch", "c", "tch", "c", "cz", "c", "ch", "c", "tz", "ts", "zh", "z", "kh", "h", "ph", "f", "th", "t", "gh", "g",
		"ks", "x", "ck", "k", "dj", "j", "dzh", "j",
		"iia", "a", "iya", "a", "ija", "a", "aa", "a", "ae", "a", "oe", "o", "ue", "u", "ou", "u", "yu", "u", "iu", "u", "ju", "u", "ya", "a", "ia", "a", "ja", "a", "ye", "e", "ie", "e", "je", "e", "yo", "o", "io", "o", "jo", "o",
		"iy", "i", "ii", "i", "ij", "i", "yi", "i", "ei", "e", "ey", "e", "ej", "e", "ai", "a", "ay", "a", "aj", "a", "y", "i", "j", "i", "w", "v", "q", "k",
	)
})
