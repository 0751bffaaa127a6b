# The one front door: each target is one or two commands; anything longer is a script with a head comment.
# FILE=<file or folder> narrows unit and e2e. APP and PORT say what `run` shows and where; ONCE=1 ends it after the first answer.
# PREFIX says where install puts things.
NODE := node_modules/.bin/node --disable-warning=ExperimentalWarning
PREFIX ?= /usr/local
APP ?= hello-c
SHIM := containerd-shim-spin-v2
# Of `image`: a folder with a manifest, or the name of a test app.
APP_FOLDER = $(if $(wildcard $(APP)/spin.toml),$(APP),fixtures/apps/$(APP))
APP_NAME = $(notdir $(abspath $(APP_FOLDER)))

.DEFAULT_GOAL := help
.PHONY: help root setup build check fix test unit e2e chaos versions critest vm run bench generate fixtures image installer release install uninstall lock clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9]*\):.*## /\1\t/p' Makefile | awk -F'\t' '{ printf "%-10s %s\n", $$1, $$2 }'

setup: ## install what is missing: system packages by apt, npm packages
	@host/build/setup

root:
	@[ "$$(id -u)" = 0 ] || { echo 'make $(MAKECMDGOALS): not root: containers need it; try sudo make $(MAKECMDGOALS)' >&2; exit 1; }

build: setup ## build the guest runtime and the one executable, build/containerd-shim-spin-v2
	@$(NODE) host/build/guest-runtime.ts
	@$(NODE) host/build/executable.ts

check: setup ## types, lint, generated code, layering, documents
	@$(NODE) host/build/check.ts

fix: setup ## mend what a machine can mend: format, imports, simple lint
	@node_modules/.bin/biome check --write

test: root check build ## everything: check, unit and end-to-end tests (as root)
	@$(NODE) host/build/fixtures.ts --missing
	@$(NODE) host/testing/run-tests.ts unit,e2e

unit: build ## unit tests; FILE=host/ttrpc for some
	@$(NODE) host/build/fixtures.ts --missing
	@$(NODE) host/testing/run-tests.ts unit $(FILE)

e2e: root build ## end-to-end tests against real containerd (as root); FILE=host/e2e/x.e2e.ts for one
	@$(NODE) host/build/fixtures.ts --missing
	@$(NODE) host/testing/run-tests.ts e2e $(FILE)

chaos: root build ## kill parts of pods and containerd at random under load; ROUNDS=100 SEED=1 (as root)
	@ROUNDS=$(or $(ROUNDS),100) SEED=$(or $(SEED),1) $(NODE) host/testing/run-tests.ts chaos host/e2e/chaos.e2e.ts

versions: root build ## tests of pods under containerd 1.6 (or the machine's own), 1.7, 2.x and, with Go, an exact 2.x, as a table; FILE=host/e2e/x.e2e.ts (as root)
	@$(NODE) host/build/fixtures.ts --missing
	@$(NODE) host/testing/versions.ts $(FILE)

critest: root build ## cri-tools' validation of this shim and runc's side by side, 6 minutes; FOCUS=<words> for some (as root; needs Go)
	@host/build/setup iptables
	@$(NODE) host/conformance/main.ts

vm: root build ## tests of cgroup v2 and systemd in an emulated machine; FILE=host/e2e/x.e2e.ts for others (as root)
	@host/build/setup e2fsprogs mmdebstrap qemu-system-x86
	@$(NODE) host/build/fixtures.ts --missing
	@FILE="$(FILE)" $(NODE) host/vm/main.ts

run: root build ## run the demo app under a private containerd (as root); ONCE=1 ends after the answer
	@ONCE=$(ONCE) APP=$(APP) PORT=$(PORT) $(NODE) host/demo/main.ts

bench: root build ## measure start, memory and requests; writes bench/results.json; BENCH=start for one (as root)
	@host/build/setup wrk
	@$(NODE) bench/main.ts $(BENCH)

generate: setup ## write host/gen anew from proto/ and WIT
	@$(NODE) host/build/generate.ts
	@$(NODE) host/build/runtime-types.ts
	@$(NODE) host/build/host-interfaces.ts

fixtures: setup ## build the test apps from source; FIXTURE=hello-c for one
	@host/build/setup clang lld wasi-libc
	@$(NODE) host/build/fixtures.ts $(FIXTURE)

image: setup ## write an app as an image, run/<app>.tar; APP=<folder or test app>, FORM=spin, spin-archive, spin-1 or wkg for layers
	@$(NODE) host/image/main.ts --app $(APP_FOLDER) --name docker.io/library/$(APP_NAME):latest --form $(or $(FORM),docker) --output run/$(APP_NAME).tar

installer: build ## write build/installer.tar, the image of the installer for deploy/
	@$(NODE) host/image/installer.ts

release: build ## write build/release: an archive of the executable for each machine, and checksums
	@$(NODE) host/build/release.ts

install: ## put the built executable into $(PREFIX)/bin
	@install -D -m 0755 build/$(SHIM) $(DESTDIR)$(PREFIX)/bin/$(SHIM)

uninstall: ## take it away again
	@rm -f $(DESTDIR)$(PREFIX)/bin/$(SHIM)

lock: ## complete package-lock.json after a change of packages
	@$(NODE) host/build/lock.ts

clean: ## remove everything that was built
	@rm -rf build run bench/results.json
