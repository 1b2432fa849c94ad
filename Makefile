# make demo     see it work on an invented company, in ./demo
# make test     everything that must hold: format, vet, staticcheck, race detector, all tests
# make measure  the figures on data that lies elsewhere: make measure SHARED=../shared
# make bench    how fast a backup of a million rows is read, beside PostgreSQL restoring it
# make build    the program, in .build/salvage

SHARED ?= ../shared
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
export CGO_ENABLED := 1

.PHONY: build demo test measure bench kill kill-live bench-live compiler

build: compiler
	@mkdir -p .build
	go build -trimpath -o .build/salvage ./cmd/salvage

demo: build
	.build/salvage demo demo

test:
	@.ci/install
	@$(MAKE) --no-print-directory compiler
	@test -z "$$(gofmt -l .)" || { echo "these files are not gofmt'ed:"; gofmt -l .; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	go test -race -timeout 40m ./...

# Needs python3 and PostgreSQL's programs for the scorer that lies beside the data.
measure: build
	@test -d "$(SHARED)/data" || { echo "there is no $(SHARED)/data; say where: make measure SHARED=DIR"; exit 1; }
	go test -count=1 -v -run Measure ./fixtures/... ./cmd/...
	@mkdir -p .measure
	@for d in $(SHARED)/data/*/; do \
	  test -f $$d/salvage.yaml || continue; \
	  n=$$(basename $$d); rm -rf .measure/$$n; \
	  .build/salvage run -c $$d/salvage.yaml --case .measure/$$n || test $$? = 3 || exit 1; \
	  test -f $$d/score.py || continue; python3 fixtures/score/run.py $$d/score.py .measure/$$n/export || exit 1; \
	done

# The dumps are made once and kept among the temporary files.
bench: compiler
	go test ./sources/backup -run '^$$' -bench Million -benchtime 1x -timeout 30m

# Twenty times killed at random moments, and the same evidence and export as undisturbed.
kill: build
	fixtures/kill/kill.sh 20

# Fifty pulls from misbehaving servers killed at random moments, and the same evidence as undisturbed.
kill-live: compiler
	LIVE_KILLS=50 go test ./cmd/salvage -run KilledPulls -count=1 -v -timeout 60m

# Pulls beside mbsync and a bare loop, in full size. Needs Debian's isync.
bench-live: compiler
	BENCH_SIZE=$${BENCH_SIZE:-50000} go test ./cmd/salvage -run xxx -bench 'PullMail|PullMemory' -benchtime 1x -timeout 60m
	BENCH_SIZE=$${BENCH_SIZE:-100000} go test ./cmd/salvage -run xxx -bench PullStripe -benchtime 1x -timeout 60m

# SQLite is C: say so at once, not after a page of linker errors.
compiler:
	@$${CC:-cc} --version >/dev/null 2>&1 || gcc --version >/dev/null 2>&1 || { \
	  echo "salvage needs a C compiler (its case file is SQLite, which is C), and there is none here."; \
	  echo "hint: apt-get install gcc, or name one: make CC=clang"; exit 1; }
