package main

// This file: the job, what the commands share: configuration, mapping, backup, case, log.

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"salvage/model"
	"salvage/model/casefile"
	"salvage/model/config"
	"salvage/model/mapping"
	"salvage/model/strict"
	"salvage/sources/backup"
	"salvage/sources/secret"
)

// job is one command at work. Each stage fills in what the next ones need.
type job struct {
	g    *globals
	u    *ui
	now  time.Time
	kase *casefile.Case
	log  *slog.Logger

	cfg          *config.Config
	sources      []config.Source
	mapping      *mapping.Mapping
	texts        [32]byte // of configuration and mapping
	backup, live *backup.Backup

	books, liveBooks *model.Books
	cut              time.Time

	coverage []model.Coverage
	times    map[string]any
	closers  []func() error
}

// newJob begins a job: it takes the time that counts as now.
func (g *globals) newJob() (*job, error) {
	j := &job{g: g, u: g.ui(), log: slog.New(slog.DiscardHandler), times: map[string]any{}, now: time.Now().UTC().Truncate(time.Second)}
	if g.now != "" {
		t, err := time.Parse(time.RFC3339, g.now)
		if err != nil {
			return nil, usage(fmt.Errorf("--now %q is not a time", g.now), "write it as 2026-04-24T16:20:00Z")
		}
		j.now = t.UTC()
	}
	return j, nil
}

// close gives everything back, the newest first.
func (j *job) close(err *error) {
	for i := len(j.closers) - 1; i >= 0; i-- {
		*err = errors.Join(*err, j.closers[i]())
	}
}

func (j *job) later(f func() error) { j.closers = append(j.closers, f) }

// openCase opens the case for writing, and the log in it.
func (j *job) openCase(command string) error {
	kase, err := casefile.Open(j.g.caseDir)
	if err != nil {
		return err
	}
	j.kase = kase
	j.later(kase.Close)
	path := filepath.Join(j.g.caseDir, "log.jsonl")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return casefile.Explain("open "+path, err)
	}
	j.later(f.Close)
	j.log = slog.New(slog.NewJSONHandler(f, nil)).With("command", command)
	j.log.Info("begin", "pid", os.Getpid())
	return nil
}

// viewCase opens the case for looking.
func (j *job) viewCase() error {
	kase, err := casefile.View(j.g.caseDir)
	if err != nil {
		return err
	}
	j.kase = kase
	j.later(kase.Close)
	return nil
}

// stage runs one stage and keeps how long it took.
func (j *job) stage(name string, f func() error) error {
	begin := time.Now()
	err := f()
	took := time.Since(begin)
	j.times[name+"_seconds"] = float64(took.Milliseconds()) / 1000
	if err != nil {
		j.log.Error(name, "took", took.Seconds(), "error", err.Error())
	} else {
		j.log.Info(name, "took", took.Seconds())
	}
	return err
}

// loadConfig reads salvage.yaml and the mapping.
func (j *job) loadConfig() error {
	src, err := os.ReadFile(j.g.config)
	if err != nil {
		return usage(fmt.Errorf("read the configuration: %w", err), "name it with -c FILE, or draft one: salvage init --backup FILE")
	}
	if j.cfg, err = config.Parse(src, j.g.config); err != nil {
		return configError(err)
	}
	if later := j.cfg.NotBuilt(); len(later) > 0 {
		return strict.Problems(later)
	}
	j.sources = j.cfg.Sources
	sum := sha256.New()
	sum.Write(src)
	if j.cfg.Mapping.Node != nil {
		j.mapping, err = mapping.ParseNode(j.cfg.Mapping.Node, j.g.config)
	} else {
		path := j.cfg.Resolve(j.cfg.Mapping.Path)
		text, rerr := os.ReadFile(path)
		if rerr != nil {
			return usage(fmt.Errorf("read the mapping: %w", rerr), "draft one from the backup: salvage init --backup FILE")
		}
		sum.Write([]byte{0})
		sum.Write(text)
		j.mapping, err = mapping.Parse(text, path)
	}
	copy(j.texts[:], sum.Sum(nil))
	return configError(err)
}

// configError marks an error as one of the configuration.
func configError(err error) error {
	var known strict.Problems
	if err == nil || errors.As(err, &known) {
		return err
	}
	return usage(err, "")
}

// openBackups opens the backup and the live database, holds the mapping against both and judges
// their health: a backup that is cut short is refused.
func (j *job) openBackups(ctx context.Context) error {
	tmp, err := j.spool()
	if err != nil {
		return err
	}
	if j.backup, err = j.openDump(ctx, "backup", j.cfg.Backup, tmp); err != nil {
		return err
	}
	if j.cfg.Live != nil {
		if j.live, err = j.openDump(ctx, "live database", *j.cfg.Live, tmp); err != nil {
			return err
		}
	}
	return j.knownDialect()
}

// openDatabase opens a file, or reads a database over the network; place names it in messages.
func (j *job) openDatabase(ctx context.Context, what string, d config.Database, tmp string) (b *backup.Backup, place string, err error) {
	if d.Path != "" {
		path := j.cfg.Resolve(d.Path)
		b, err = backup.Open(path, tmp)
		if errors.Is(err, backup.ErrFormat) || errors.Is(err, os.ErrNotExist) {
			return nil, path, usage(fmt.Errorf("%s: %w", what, err), "")
		}
		return b, path, err
	}
	url, err := secret.Ref{What: "url", Env: d.URLEnv, File: d.URLFile, Cmd: d.URLCmd, Dir: j.cfg.Dir}.Read(ctx)
	if err != nil {
		return nil, "", usage(fmt.Errorf("%s: %w", what, err), "")
	}
	j.u.say("%s: reading it over the network", what)
	b, err = backup.OpenURL(ctx, url, tmp)
	return b, "database", err
}

func (j *job) openDump(ctx context.Context, what string, d config.Database, tmp string) (*backup.Backup, error) {
	b, path, err := j.openDatabase(ctx, what, d, tmp)
	var known *failure
	if errors.As(err, &known) {
		return nil, err
	}
	if err != nil {
		return nil, casefile.Explain("read the "+what+" "+path, err)
	}
	j.later(b.Close)
	h := b.Health()
	j.log.Info("opened", "what", what, "sha256", h.SHA256, "bytes", h.Bytes, "tables", h.Tables, "rows", h.Rows, "problems", h.Problems)
	if h.Fatal {
		text := what + " " + path
		for _, p := range h.Problems {
			text += ": " + p
		}
		return nil, refuse(errors.New(text), "a rebuild on half a backup would be wrong everywhere: name a whole one in salvage.yaml")
	}
	for _, p := range h.Problems {
		j.u.say("%s: %s", what, p)
	}
	if err := j.mapping.Check(b.Schema()); err != nil {
		return nil, configError(fmt.Errorf("the mapping does not fit the %s:\n%w", what, err))
	}
	return b, nil
}

// spool makes the folder for what must be unpacked: within the case, which has the room and the
// privacy, or, without one, among the temporary files. It goes when the job ends.
func (j *job) spool() (string, error) {
	var dir string
	var err error
	if j.kase != nil {
		dir = filepath.Join(j.g.caseDir, "spool")
		err = errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700))
	} else {
		dir, err = os.MkdirTemp("", "salvage-")
	}
	j.later(func() error { return os.RemoveAll(dir) })
	return dir, casefile.Explain("make room to unpack", err)
}

// readBooks reads every record of the backup and of the live database, and settles the cut.
func (j *job) readBooks() (err error) {
	if j.books, err = j.mapping.Read(j.backup); err != nil {
		return fmt.Errorf("read the backup: %w", err)
	}
	if j.live != nil {
		if j.liveBooks, err = j.mapping.Read(j.live); err != nil {
			return fmt.Errorf("read the live database: %w", err)
		}
	}
	j.cut, err = j.settleCut()
	return err
}
