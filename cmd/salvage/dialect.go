package main

// This file: the dialect of the export, and what there is when its SQL is not built.

import (
	"errors"
	"fmt"
)

// knownDialect refuses a backup that does not say what database the business runs on, when nobody else does.
func (j *job) knownDialect() error {
	if j.dialect() == "csv" {
		return usage(errors.New("export.dialect is missing: CSV files do not say what database the business runs on"),
			"write it in "+j.g.config+", as in export: {dialect: postgres}")
	}
	return nil
}

// dialect is what the export is to be written for: as configured, else the live database's, else the backup's.
func (j *job) dialect() string {
	switch {
	case j.cfg.Export.Dialect != "":
		return j.cfg.Export.Dialect
	case j.live != nil && j.live.Schema().Dialect != "csv":
		return j.live.Schema().Dialect
	}
	return j.backup.Schema().Dialect
}

// noScript says that the SQL of the export cannot be written, and nil when it can. All else is done without it.
func (j *job) noScript() error {
	if j.live == nil && j.backup.Schema().Dialect == "csv" {
		return &failure{exitFailed, errors.New("there is no export: CSV files do not say what the tables are like (types, keys, sequences); report, board and conflicts are complete"),
			"name the database that the business runs on now as live: in " + j.g.config + " (path: of a dump, or url_env:), and run again"}
	}
	d := j.dialect()
	if d == "postgres" {
		return nil
	}
	return &failure{exitFailed, fmt.Errorf("there is no export: SQL for %s is not built yet in this version; report, board and conflicts are complete", d),
		"if the business now runs on PostgreSQL, write export: {dialect: postgres} in " + j.g.config}
}
