# The commands of the project. `make help` lists them.

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

.DEFAULT_GOAL := help

## gen: generate the SDK, its tests and its reference pages from the spec
.PHONY: gen
gen:
	go run ./cmd/gen

## check: compare the committed files with newly generated ones; fail if they differ
.PHONY: check
check:
	go run ./cmd/gen check $(CHECKFLAGS)

## watch: generate again whenever the spec or hand-written code is saved, until Ctrl-C
.PHONY: watch
watch:
	go run ./cmd/gen --watch

## diff: report how the working tree changes the API and the Go packages since BASE (default main): make diff BASE=v1.2.0
BASE ?= main
.PHONY: diff
diff:
	go run ./cmd/gen diff "$(BASE)"

## drift: compare the spec with the newest official package for Node; needs npm
.PHONY: drift
drift:
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	npm pack --silent --pack-destination "$$folder" stytch >/dev/null && \
	tar -xzf "$$folder"/stytch-*.tgz -C "$$folder" && \
	go run ./cmd/gen drift $(DRIFT_FLAGS) "$$folder/package"

## demo: generate everything, then log in with the emulator in every way, and print what is sent and received
.PHONY: demo
demo: gen
	go run ./examples/demo

## emulator: run the emulator with its inbox on this machine; make emulator EMULATOR_FLAGS='--port 9000'
.PHONY: emulator
emulator:
	@go run ./cmd/stytch-emulator $(EMULATOR_FLAGS)

# Separate modules, whose dependencies the SDK does not have.
MODULES = guard/redisguard guard/numbering examples/integrations

## test: run every test with the race detector
.PHONY: test
test:
	go test -race ./...
	@for module in $(MODULES); do (cd $$module && go test -race ./...) || exit 1; done

## lint: run gofmt, go mod tidy, go vet (also for 32 bits), and staticcheck with all checks
.PHONY: lint
lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go' | grep -v /testdata/)); \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	go mod tidy -diff
	go vet ./...
	GOARCH=386 go vet ./...
	go run $(STATICCHECK) -checks all ./...
	@for module in $(MODULES); do (cd $$module && go mod tidy -diff && go vet ./... && go run $(STATICCHECK) -checks all ./...) || exit 1; done

## conformance: run the official SDK for Node against the emulator; needs Node 20
.PHONY: conformance
conformance: conformance/node_modules/.package-lock.json
	go vet -tags conformance ./conformance
	go test -race -tags conformance -count=1 -v ./conformance

conformance/node_modules/.package-lock.json: conformance/package.json conformance/package-lock.json
	npm --prefix conformance ci
	@touch $@

## bench: compare the SDK with net/http and other clients, and write bench/RESULTS.md; takes minutes
.PHONY: bench
bench:
	cd bench && go run .

## bench-check: measure briefly, and fail if a ratio is much worse than the committed one
.PHONY: bench-check
bench-check:
	cd bench && go vet ./... && go test ./... && go run . -check

## help: list these commands
.PHONY: help
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)
