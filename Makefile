# One command from a bare clone: `make run`. Needs Python 3.11 or later with venv, and make; nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PORT ?= 8000
export HOST ?= 127.0.0.1
JOBS ?= 2
FUZZ ?= 50

.DEFAULT_GOAL := help
.PHONY: benchmark benchmarks faults help install install-dev run test test-postgres browser fuzz lint types layers templates check cases documents documents-check api-schema api-check sizes fmt clean

help: ## 列出可用的命令
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo '需要 Python 3.11 或更高版本。可以这样指定：make run PYTHON=/path/to/python3.11'; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo '无法建立虚拟环境。在 Debian 上请先安装：apt-get install python3-venv'; exit 1; }

# The stamps make a second run skip pip unless a lock changed.
$(VENV)/.installed: requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock -r requirements-dev.lock
	@touch $@ $(VENV)/.installed

install: $(VENV)/.installed ## 安装运行所需的依赖
install-dev: $(VENV)/.installed-dev ## 安装开发所需的依赖

run: install ## 启动演示县（网站和后台任务），按 Ctrl-C 停止
	@exec $(BIN)/python deploy/run.py

test: install-dev ## 运行不需要任何服务的全部测试（SQLite）
	$(BIN)/pytest -q -n $(JOBS) -m "not postgres and not browser"

test-postgres: install-dev ## 在 DATABASE_URL 指定的 PostgreSQL 上运行测试
	@test -n "$$DATABASE_URL" || { echo '请先设置 DATABASE_URL（见 README 的“测试”）。'; exit 1; }
	$(BIN)/pytest -q -n $(JOBS) -m "not browser and not rules"

browser: install-dev ## 在无界面 Chromium 中走完主要流程
	TEST_SQLITE=var/browser-test.sqlite3 $(BIN)/pytest -q -n $(JOBS) tests/browser -m browser

fuzz: install-dev ## 用 schemathesis 依 docs/api/openapi.yaml 试遍接口（几分钟）
	FUZZ_PHASES=examples,coverage,fuzzing FUZZ_EXAMPLES=$(FUZZ) $(BIN)/pytest -q tests/api/test_fuzzing.py

lint: install-dev ## 代码风格与静态检查
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

templates: install-dev ## 模板检查
	$(BIN)/djlint templates --check --quiet
	$(BIN)/djlint templates --lint --quiet

types: install-dev ## 类型检查
	$(BIN)/mypy credit_site disclosure repair incentives sanctions registry

layers: install-dev ## 分层与依赖方向检查
	$(BIN)/lint-imports

api-schema: install-dev ## 依程序生成 docs/api/openapi.yaml
	$(BIN)/python manage.py api_schema

api-check: install-dev ## docs/api/openapi.yaml 是否与程序一致
	$(BIN)/python manage.py api_schema --check

sizes: install-dev ## 文件与函数长度检查
	$(BIN)/python .ci/sizes.py

benchmark: install-dev ## 在 PostgreSQL 上测量全县评估的速度（见 benchmarks/README.md）
	$(BIN)/python benchmarks/population.py $(BENCHMARK)

benchmarks: install-dev ## 在 PostgreSQL 上建立演示城市并测量规模（见 benchmarks/README.md）
	$(BIN)/python benchmarks/scale.py $(BENCHMARK)

faults: install-dev ## 故障演练：在自己的 PostgreSQL 和 Redis 上反复杀死进程，核对有无遗漏（约 6 分钟）
	$(BIN)/python -m tests.faults $(FAULTS)

cases: install-dev ## 政策用例
	$(BIN)/python manage.py policy_cases tests/policy

documents: install-dev ## 依政策包生成 docs/policies/
	$(BIN)/python manage.py policies_document

documents-check: install-dev ## docs/policies/ 是否与政策包一致，来源条款和证明它们的案例是否齐全
	$(BIN)/python manage.py policies_document --check --strict

check: lint templates types layers sizes documents-check api-check ## 除测试外的全部检查
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check

fmt: install-dev ## 自动整理代码与模板格式
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint templates --reformat --quiet

clean: ## 删除虚拟环境与缓存（不删除 var/ 中的数据）
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
