#!/bin/sh
# hubspot-sandbox as a shell sees it: program_test.sh PROGRAM
set -eu
program=$1
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$dir"' EXIT

fail() { echo "FAILED: $*" >&2; exit 1; }

# refused MESSAGE ARGUMENTS...: ends with 2 and this one line on stderr
refused() {
  message="hubspot-sandbox: $1"; shift
  status=0
  "$program" "$@" >"$dir/out" 2>"$dir/err" || status=$?
  [ "$status" = 2 ] || fail "exit $status for: $*"
  [ "$(cat "$dir/err")" = "$message" ] || fail "for: $*: $(cat "$dir/err")"
  [ ! -s "$dir/out" ] || fail "stdout for: $*"
}

# start ARGUMENTS...: sets pid and url once the program says that it listens
start() {
  rm -f "$dir/fifo"; mkfifo "$dir/fifo"
  "$program" --port 0 "$@" >"$dir/fifo" & pid=$!
  read -r line <"$dir/fifo"
  url=${line#listening on }
  [ "$url" != "$line" ] || fail "first line: $line"
}

# stop SIGNAL: the program ends with 0
stop() {
  kill -"$1" "$pid"
  status=0; wait "$pid" || status=$?; pid=
  [ "$status" = 0 ] || fail "exit $status after SIG$1"
}

: >"$dir/empty"
refused "--port is -1; a port is 0 to 65535." --port=-1
refused "--requests-per-10s is 0; it must be at least 1." --requests-per-10s 0
refused "--forms-per-10s is 0; it must be at least 1." --forms-per-10s 0
refused "--crm-per-second is 0; it must be at least 1." --crm-per-second 0
for property in last_order deals:x contacts: contacts:x: orders:x:text; do
  refused "--property is $property; it must be contacts:NAME or orders:NAME, and :string, :number, :date or :datetime may follow." \
    --property "$property"
done
refused "--crm-fail-first is 200; it must be 400 to 599." --crm-fail-first 200
refused "unrecognised option '--prt'; try hubspot-sandbox --help" --prt 1
refused "too many positional options have been specified on the command line; try hubspot-sandbox --help" stray
refused "The hapikey file $dir/empty is empty." --require-hapikey-file "$dir/empty"
refused "The token file $dir/empty is empty." --require-token-file "$dir/empty"
refused "cannot open the log $dir/none/log: No such file or directory" --log "$dir/none/log"
[ "$("$program" --version)" = "hubspot-sandbox 0.1.0" ] || fail --version
"$program" --help | grep -q 'requests-per-10s N' || fail --help

start; stop INT
start --address ::1; case $url in "http://[::1]:"*) ;; *) fail "$url" ;; esac; stop TERM

echo ' s3cret ' >"$dir/key"
start --require-hapikey-file "$dir/key" --requests-per-10s 2 --log "$dir/log"
post() { curl -s -o /dev/null -w '%{http_code}' -d "$1" "$url/?app=leaddirector&FormName=f"; }
[ "$(post 'UserToken=t')" = 401 ] || fail 'no key'
[ "$(post 'UserToken=t&hapikey=s3cret')" = 200 ] || fail 'with key'
[ "$(post 'UserToken=t&hapikey=s3cret')" = 429 ] || fail 'over the rate'
[ "$(wc -l <"$dir/log")" = 3 ] || fail 'log lines before the stop'
refused "The sandbox cannot listen on ${url#http://}: Address already in use. Choose another port, or 0 for any free one." \
  --port "${url##*:}"
stop TERM
! grep -q s3cret "$dir/log" || fail 'the log holds the key'

echo 't0ken' >"$dir/token"
start --require-token-file "$dir/token" --forms-per-10s 1 --secure-forms-per-10s 2 \
  --property contacts:last_order:date --property contacts:first_order:date
form=4f8ac2f6-0000-4000-8000-0123456789ab
# submit ENDPOINT TOKEN [PROPERTY]
submit() {
  curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -H "Authorization: Bearer $2" \
    -d "{\"fields\":[{\"name\":\"email\",\"value\":\"a@example.com\"},{\"name\":\"${3-city}\",\"value\":\"x\"}]}" \
    "$url/submissions/v3/integration/$1/1/$form"
}
[ "$(submit submit none)" = 200 ] || fail 'open form'
[ "$(submit submit none)" = 429 ] || fail 'open form over the rate'
[ "$(submit secure/submit none)" = 401 ] || fail 'secure form without the token'
[ "$(submit secure/submit t0ken last_order)" = 400 ] || fail 'first date property'
[ "$(submit secure/submit t0ken first_order)" = 400 ] || fail 'second date property'
[ "$(submit secure/submit t0ken)" = 429 ] || fail 'secure form over the rate'
stop TERM

start --property orders:shop --unique-order-property shop_order --scope crm.objects.orders.write
# upsert OBJECT PROPERTY: an order or contact with the property
upsert() {
  curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -H 'Authorization: Bearer t' \
    -d "{\"inputs\":[{\"id\":\"1\",\"idProperty\":\"shop_order\",\"properties\":{\"$2\":\"x\"}}]}" \
    "$url/crm/v3/objects/$1/batch/upsert"
}
[ "$(upsert orders shop)" = 200 ] || fail 'declared property'
[ "$(upsert orders till)" = 400 ] || fail 'undeclared property'
[ "$(upsert contacts city)" = 403 ] || fail 'scope'
stop TERM

start --any-property --unique-order-property shop_order --crm-per-10s 3 --crm-fail-first 423 --crm-fail-first 502
[ "$(upsert orders till)" = 423 ] || fail 'first failure'
[ "$(upsert orders till)" = 502 ] || fail 'second failure'
[ "$(upsert orders till)" = 200 ] || fail 'any property'
[ "$(upsert orders till)" = 429 ] || fail 'CRM over the rate'
stop TERM
