package main

// This file: the command login, which signs a person in to a service.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	googlelive "salvage/sources/calendar/live"
)

// LoginOptions are the flags of login.
type LoginOptions struct {
	App string // file of the OAuth client
	To  string // file for the credentials
}

func newLoginCommand(g *globals) *cobra.Command {
	var opts LoginOptions
	cmd := &cobra.Command{
		Use:   "login google",
		Short: "sign in to Google Calendar in a browser, for reading",
		Long: `Sign in to Google Calendar for reading. An address is printed; open it in a browser on this
machine and say yes. What is asked for is reading events and the list of calendars, nothing else.
The credentials are written to a file of yours alone, outside the case; name it in salvage.yaml
as credentials_file. The app is an OAuth client of type "Desktop app" from your Google Cloud
project; while the project is in testing, Google ends its sign-ins after 7 days.` + exitStatus,
		Args: exactly("google"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] != "google" {
				return usage(fmt.Errorf("there is no sign-in to %q", args[0]), "salvage login google; other services take a key or a password")
			}
			return runLogin(cmd.Context(), g, opts)
		},
	}
	cmd.Flags().StringVar(&opts.App, "app", "client_secret.json", "`file` of the OAuth client, as Google gives it for download")
	cmd.Flags().StringVar(&opts.To, "to", "google.json", "`file` for the credentials; it must not exist")
	return cmd
}

func runLogin(ctx context.Context, g *globals, opts LoginOptions) error {
	app, err := os.ReadFile(opts.App)
	if err != nil {
		return usage(fmt.Errorf("read the OAuth client: %w", err), "name its file with --app FILE")
	}
	if _, err := os.Lstat(opts.To); !errors.Is(err, fs.ErrNotExist) {
		return usage(fmt.Errorf("%s is there already", opts.To), "name another file with --to FILE, or move that one away")
	}
	if inside(g.caseDir, opts.To) {
		return refuse(fmt.Errorf("%s lies in the case", opts.To), "a case never holds a secret: name a file elsewhere with --to FILE")
	}
	u := g.ui()
	credentials, scopes, err := googlelive.Login(ctx, app, func(address string) {
		fmt.Fprintf(g.stderr, "open this address in a browser on this machine:\n\n%s\n\n", address)
	})
	if err != nil {
		return err
	}
	if err := place(opts.To, credentials); err != nil {
		return explainWrite(opts.To, err)
	}
	result := map[string]any{"credentials_file": opts.To, "scopes": scopes}
	return u.result(result, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "signed in; in salvage.yaml: credentials_file: %s\n", opts.To)
		for _, s := range scopes {
			if !strings.HasSuffix(s, ".readonly") {
				fmt.Fprintf(w, "warning: the sign-in is good for more than reading: %s\n", printable(s))
			}
		}
		return err
	})
}

// inside says whether a path lies in a folder.
func inside(dir, path string) bool {
	a, err1 := filepath.Abs(dir)
	b, err2 := filepath.Abs(path)
	if err1 != nil || err2 != nil {
		return false
	}
	rel, err := filepath.Rel(a, b)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
