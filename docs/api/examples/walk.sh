#!/usr/bin/env bash
# A department's system with curl, from the token to the report. Runs against the demonstration county of `make run`;
# another place: HOST=… CLIENT=… SECRET=… docs/api/examples/walk.sh
set -euo pipefail
HOST="${HOST:-http://127.0.0.1:8000}"
CLIENT="${CLIENT:-demonstration-market}"
SECRET="${SECRET:-demonstration-secret-2026}"
API="$HOST/api/v1"
RUN="${RUN:-$(date +%s)}" # makes the keys and numbers of this run its own

# What an answer says under a name, e.g. `field items.0.id`.
field() { python3 -c 'import functools, json, sys
print(functools.reduce(lambda value, name: value[int(name) if name.isdigit() else name], sys.argv[1].split("."), json.load(sys.stdin)))' "$1"; }

# Every call with the token, a request id of ours and, unless told otherwise, an end on a refusal.
call() { curl --silent --show-error --fail-with-body -H "Authorization: Bearer $TOKEN" -H "X-Request-Id: walk-$RUN" "$@"; }

echo "--- a token"
TOKEN=$(curl --silent --fail-with-body -u "$CLIENT:$SECRET" -d grant_type=client_credentials "$API/token" | field access_token)

echo "--- the department's own name and code, and one subject on a public list"
DEPARTMENT=$(call "$API/departments" | python3 -c 'import json, os, sys
print(json.dumps(next(each for each in json.load(sys.stdin)["items"] if each["code"] == os.environ.get("DEPARTMENT", "market"))))')
ENTRIES=$(call "$API/entries?limit=1")
CODE=$(field items.0.subject.code <<<"$ENTRIES")
NAME=$(field items.0.subject.name <<<"$ENTRIES")
AUTHORITY=$(field name <<<"$DEPARTMENT")
AUTHORITY_CODE=$(field uscc <<<"$DEPARTMENT")
TODAY=$(field on <<<"$ENTRIES")
echo "$NAME $CODE"

echo "--- check before an approval"
MATTER=$(call "$API/catalogues/matters" | field items.0.code)
call "$API/check" -H 'Content-Type: application/json' -d "{\"matter\": \"$MATTER\", \"purpose\": \"某某项目供应商资格审查\",
  \"subjects\": [{\"code\": \"$CODE\"}, {\"name\": \"没有登记的公司\"}]}" | field items.0.sentence

echo "--- where it stood, and what happened"
call -G "$API/subjects/$CODE/standing" --data-urlencode purpose=核查 | field sentence
call -G "$API/subjects/$CODE/timeline" --data-urlencode purpose=核查 | field items.0.text

echo "--- follow the lists"
CURSOR=$(field changes_cursor <<<"$ENTRIES")
call -G "$API/entries/changes" --data-urlencode "changed_since=$CURSOR" | field has_more

echo "--- report an inspection"
call "$API/records" -H 'Content-Type: application/json' -H "Idempotency-Key: record-$RUN" -d "{\"name\": \"$NAME\",
  \"code\": \"$CODE\", \"kind\": \"inspection\", \"number\": \"演市监检〔2026〕$RUN号\", \"title\": \"双随机检查：未发现问题\",
  \"decided_on\": \"$TODAY\"}" | field state

echo "--- report two permits at once: the second is at fault"
permit() { echo "{\"XK_XDR_MC\": \"$NAME\", \"XK_XDR_LB\": \"法人及非法人组织\", \"XK_XDR_SHXYM\": \"$CODE\", \"XK_FRDB\": \"张演示\",
  \"XK_XKWS\": \"准予行政许可决定书\", \"XK_WSH\": \"$1\", \"XK_XKLB\": \"普通\", \"XK_NR\": \"准予从事预包装食品经营\",
  \"XK_JDRQ\": \"$2\", \"XK_YXQZ\": \"$TODAY\", \"XK_YXQZI\": \"2099-12-31\", \"XK_XKJG\": \"$AUTHORITY\", \"XK_XKJGDM\": \"$AUTHORITY_CODE\",
  \"XK_ZT\": \"1\", \"XK_LYDW\": \"$AUTHORITY\", \"XK_LYDWDM\": \"$AUTHORITY_CODE\"}"; }
UPLOAD=$(call "$API/publicity/uploads" -H 'Content-Type: application/json' -H "Idempotency-Key: permits-$RUN" -d "{\"kind\": \"permits\",
  \"rows\": [$(permit "演市监许〔2026〕$RUN号" "$TODAY"), $(permit "演市监许〔2026〕${RUN}1号" "2098-01-01")]}")
STATUS=$(field status_url <<<"$UPLOAD")
for _ in $(seq 60); do
  UPLOAD=$(call "$HOST$STATUS")
  [ "$(field state <<<"$UPLOAD")" = running ] || break
  sleep 1
done
echo "$(field state <<<"$UPLOAD"): imported $(field imported <<<"$UPLOAD"), refused $(field refused <<<"$UPLOAD")"
call "$HOST$STATUS/rows?state=refused" | field items.0.errors.0.reason

echo "--- receive an order and report it with its document"
# Of those that wait, one of which the next step is ours: while an entry's measures are paused nothing is owed.
ORDER=$(call "$API/orders?queue=waiting" | python3 -c 'import json, sys
print(next((each["id"] for each in json.load(sys.stdin)["items"] if each["owed"] == "receive"), ""))')
if [ -n "$ORDER" ]; then
  call "$API/orders/$ORDER/receive" -H 'Content-Type: application/json' -H "Idempotency-Key: receive-$RUN" -d '{}' | field owed_label
  DOCUMENT=$(mktemp --suffix=.pdf)
  trap 'rm -f "$DOCUMENT"' EXIT
  printf '%%PDF-1.4\n%%%%EOF\n' >"$DOCUMENT"
  call "$API/orders/$ORDER/carry-out" -H "Idempotency-Key: done-$RUN" -F text=已取消其投标资格 -F "done_on=$TODAY" \
    -F "file=@$DOCUMENT;filename=决定书.pdf;type=application/pdf" | field state_label
else
  echo "no order waits"
fi

echo "--- a refusal is a problem document with a stable code"
call "$API/orders?queue=none" | field code || true
