#!/bin/sh
# From `java -jar` to the first accepted webhook, with a broker in another process, and the memory after some load.
# usage: bench/start.sh [runs] [java arguments, such as -XX:SharedArchiveFile=pasar.jsa]
# JAR is the jar to measure (target/pasar.jar), BOOTSTRAP a broker; without one, a second gateway lends its own.
set -eu

runs=${1:-3}
[ $# -eq 0 ] || shift
jar=$(realpath "${JAR:-target/pasar.jar}")
ingest=18080
secret=made-up-secret-of-32-characters1
body='{"data":{"order_code":"first","date":1}}'
requests=20000

work=$(mktemp -d)
cd "$work"
pids=
trap 'kill -9 $pids 2>/dev/null || true; rm -rf "$work"' EXIT

if [ -z "${BOOTSTRAP:-}" ]; then
  BOOTSTRAP=127.0.0.1:19092
  java -jar "$jar" --server.port=18082 --pasar.public-url=https://gw.example --pasar.ingest.port=0 --pasar.data-dir=broker --pasar.kafka.embedded.port=19092 \
    > broker.log 2>&1 &
  pids=$!
  until curl -fs -o answer http://127.0.0.1:18082/actuator/health/readiness; do sleep 1; done
fi

cat > application.yaml <<YAML
pasar:
  public-url: https://gw.example
  ingest: {port: $ingest, close-after: 0s}
  kafka: {bootstrap-servers: "$BOOTSTRAP"}
  marketplaces:
    tiki: {api-url: "http://127.0.0.1:9", token-url: "http://127.0.0.1:9/token"}
  accounts:
    - {marketplace: tiki, id: start, client-id: c, client-secret: s, webhook-secrets: [$secret], events: [order], warehouses: [w]}
YAML
signature=sha1=$(printf %s "$body" | openssl dgst -sha1 -hmac "$secret" -r | cut -d' ' -f1)

cpu() { # seconds, user and system
  awk -v hz="$(getconf CLK_TCK)" '{ printf "%.2f", ($14 + $15) / hz }' "/proc/$1/stat"
}

memory() { # MB, resident
  awk '/VmRSS/ { printf "%d", $2 / 1024 }' "/proc/$1/status"
}

deliver() {
  curl -s -o answer -w '%{http_code}\n' -H "x-signature: $signature" -d "$body" "$@"
}

echo "wall s | CPU s | resident MB | resident MB after $requests deliveries"
for run in $(seq "$runs"); do
  begun=$(date +%s.%N)
  java "$@" -jar "$jar" --server.port=18081 > "gateway-$run.log" 2>&1 &
  gateway=$!
  pids="$pids $gateway"
  until [ "$(deliver "http://127.0.0.1:$ingest/webhooks/tiki/start/order")" = 200 ]; do
    kill -0 "$gateway" || { cat "gateway-$run.log"; exit 1; }
    sleep 0.05
  done
  ended=$(date +%s.%N)
  started="$(awk "BEGIN { printf \"%.1f\", $ended - $begun }") | $(cpu $gateway) | $(memory $gateway)"
  deliver -Z --parallel-max 64 "http://127.0.0.1:$ingest/webhooks/tiki/start/order?[1-$requests]" > statuses 2> errors || true
  echo "$started | $(memory $gateway) ($(grep -c 200 statuses) answered 200)"
  kill "$gateway"
  wait "$gateway" || true
done
