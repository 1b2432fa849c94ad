package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// goFile is one source file: where it lies and what it imports.
type goFile struct {
	path, pkg string
	test      bool
	imports   []string
	ast       *ast.File
}

func goFiles(t *testing.T) []goFile {
	t.Helper()
	var out []goFile
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if d.IsDir() && rel != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || slices.Contains([]string{"demo", "case", "salvage-demo"}, rel)) {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		g := goFile{path: filepath.ToSlash(rel), pkg: filepath.ToSlash(filepath.Dir(rel)), test: strings.HasSuffix(path, "_test.go"), ast: f}
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			require.NoError(t, err)
			g.imports = append(g.imports, name)
		}
		out = append(out, g)
		return nil
	})
	require.NoError(t, err)
	return out
}

func under(path string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return path == f || strings.HasPrefix(path, f+"/") })
}

// pure are the rooms that do no I/O.
func pure(pkg string) bool {
	return under(pkg, "reconcile", "export/plan", "model/mapping", "model/config", "model/strict") || pkg == "model"
}

// TestArrowsGoDown keeps the house as it was drawn: who may import whom.
func TestArrowsGoDown(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, name := range f.imports {
			ours, isOurs := strings.CutPrefix(name, "salvage/")
			switch {
			case isOurs && !f.test && !allowed(f, ours):
				t.Errorf("%s may not import salvage/%s", f.path, ours)
			case isOurs && f.test && under(f.pkg, "model", "sources", "reconcile", "export") && ours == "cmd/salvage":
				t.Errorf("%s may not import the command", f.path)
			case !isOurs && !f.test && !fits(f, name):
				t.Errorf("%s may not import %s", f.path, name)
			}
		}
	}
}

// allowed tells which of our own packages a product file may import.
func allowed(f goFile, ours string) bool {
	if ours == "model/casefile" {
		return under(f.pkg, "cmd")
	}
	switch {
	case f.pkg == "model":
		return false
	case under(f.pkg, "model"):
		return under(ours, "model")
	case under(f.pkg, "sources"):
		return under(ours, "model", "sources")
	case under(f.pkg, "reconcile"):
		return under(ours, "model", "reconcile")
	case under(f.pkg, "export"):
		return under(ours, "model", "export")
	case under(f.pkg, "cmd"):
		return !under(ours, "fixtures", "cmd") || f.path == "cmd/salvage/demo.go" && ours == "fixtures/rental"
	}
	return under(f.pkg, "fixtures")
}

// fits tells which packages of others a product file may import.
func fits(f goFile, name string) bool {
	if under(f.pkg, "fixtures") {
		return true
	}
	switch name {
	case "net": // model/config only takes addresses apart
		return under(f.pkg, "sources", "export/review", "export/rehearse", "model/config")
	case "net/http", "crypto/tls", "golang.org/x/net/websocket":
		return under(f.pkg, "sources", "export/review", "export/rehearse")
	case "github.com/jackc/pgx/v5", "github.com/jackc/pgx/v5/pgconn", "github.com/go-sql-driver/mysql": // connections to databases
		return under(f.pkg, "sources/backup", "export/rehearse")
	case "github.com/mattn/go-sqlite3", "database/sql":
		return under(f.pkg, "model/casefile", "sources/backup", "export/rehearse")
	case "github.com/spf13/cobra":
		return under(f.pkg, "cmd")
	case "os", "os/exec", "io/ioutil", "math/rand", "math/rand/v2":
		return !pure(f.pkg)
	case "testing":
		return under(f.pkg, "sources/sourcetest")
	}
	return true
}

// TestNoHiddenState keeps out what makes a result depend on more than its input.
func TestNoHiddenState(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.test || under(f.pkg, "fixtures") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.Name == "init" && n.Recv == nil {
					t.Errorf("%s has an init function", f.path)
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && n.Sel.Name == "Now" && !under(f.pkg, "cmd", "sources") {
					t.Errorf("%s asks the clock", f.path)
				}
			}
			return true
		})
	}
}

// TestPackagesAreDocumented wants a package comment for each package.
func TestPackagesAreDocumented(t *testing.T) {
	has := map[string]bool{}
	for _, f := range goFiles(t) {
		if !f.test {
			has[f.pkg] = has[f.pkg] || f.ast.Doc != nil
		}
	}
	for pkg, ok := range has {
		require.True(t, ok, "package %s has no comment", pkg)
	}
}

// TestTopLevel keeps the house from growing sheds.
func TestTopLevel(t *testing.T) {
	folders := []string{"cmd", "export", "fixtures", "model", "reconcile", "sources"}
	files := []string{"CHANGELOG.md", "LICENSE", "Makefile", "README.md", "go.mod", "go.sum"}
	made := []string{"case", "demo", "salvage-demo"} // what using it leaves behind; not part of the repository
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			require.Contains(t, append(folders, made...), e.Name())
		default:
			require.Contains(t, files, e.Name())
		}
	}
}
