# Every target works from a fresh clone: it installs what it needs, and asks nothing.
.DEFAULT_GOAL := help
.PHONY: help install demo synth test check format bench

PYTHON_IN := .venv/bin/python
# One more than there are cores, as tests wait for Terraform. In the order of their files those that
# take longest come first, and the short ones fill what is left.
WORKERS ?= $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN))
PYTEST = $(PYTHON_IN) -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | while IFS='	' read -r target text; do \
		printf '  make %-8s %s\n' "$$target" "$$text"; done

install: ## Install the packages of both lock files, where they are missing or changed
	@sh scripts/install.sh

python-packages:
	@sh scripts/install.sh --python-only
test-packages:
	@sh scripts/install.sh --with-scan
.PHONY: python-packages test-packages

demo: install ## Build and link the example against an AWS emulator on this machine (KEEP=1 keeps it)
	@$(PYTHON_IN) -m tandem demo $(if $(filter-out 0 no false,$(KEEP)),--keep) $(ARGS)

synth: python-packages ## Write the Terraform of pipelines.yaml, or of TANDEM_CONFIG, to cdktf.out/
	@$(PYTHON_IN) main.py

test: test-packages ## Run every test (ARGS="-k trace" chooses, WORKERS=0 runs them in one process)
	@$(PYTEST)

check: test-packages ## Lint, check the types, trace the examples, run every test: what a pull request must pass
	@$(PYTHON_IN) -m ruff check .
	@$(PYTHON_IN) -m ruff format --check .
	@$(PYTHON_IN) -m mypy
	@for file in pipelines.yaml examples/*/pipelines.yaml; do for command in trace access; do \
		found=$$($(PYTHON_IN) -m tandem $$command --config $$file 2>&1) || { echo "$$found"; exit 1; }; \
		echo "tandem $$command --config $$file: $$(echo "$$found" | tail -n 1)"; \
	done; done
	@$(PYTEST)

format: python-packages ## Format the code and mend what the linter can
	@$(PYTHON_IN) -m ruff check --fix .
	@$(PYTHON_IN) -m ruff format .

bench: install ## Measure synthesis, Terraform, trace and access
	@$(PYTHON_IN) -m bench $(ARGS)
