#!/bin/sh
# From `java -jar` to the first accepted webhook, with a broker in another process, and the memory under load.
# usage: bench/start.sh [runs] [java arguments, such as -XX:AOTCache=pasar.aot; paths from the jar's folder]
# JAR is the jar to measure (target/pasar.jar), JAVA the java that runs it, BOOTSTRAP a broker; without one, a second
# gateway lends its own. LOAD is how many seconds the last start is kept busy over 512 connections (60; 0 for none).
# The results are also in OUT (target/bench/start.json).
set -eu

runs=${1:-3}
[ $# -eq 0 ] || shift
jar=$(realpath "${JAR:-target/pasar.jar}")
java=${JAVA:-java}
load=${LOAD:-60}
out=${OUT:-target/bench/start.json}
mkdir -p "$(dirname "$out")"
out=$(realpath "$out")
ingest=18080
secret=made-up-secret-of-32-characters1
# 1 KiB, as in the benchmark
body='{"data":{"order_code":"first","date":1,"note":"'$(printf '%0974d' 0)'"}}'

work=$(mktemp -d)
cd "$work"
pids=
trap 'kill -9 $pids 2>/dev/null || true; rm -rf "$work"' EXIT

if [ -z "${BOOTSTRAP:-}" ]; then
  BOOTSTRAP=127.0.0.1:19092
  $java -jar "$jar" --server.port=18082 --pasar.public-url=https://gw.example --pasar.ingest.port=0 --pasar.data-dir=broker --pasar.kafka.embedded.port=19092 \
    > broker.log 2>&1 &
  pids=$!
  until curl -fs -o answer http://127.0.0.1:18082/actuator/health/readiness; do kill -0 $pids || { cat broker.log; exit 1; }; sleep 1; done
  sleep 5 # until its own start is over
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
url=http://127.0.0.1:$ingest/webhooks/tiki/start/order

cpu() { # seconds, user and system
  awk -v hz="$(getconf CLK_TCK)" '{ printf "%.2f", ($14 + $15) / hz }' "/proc/$1/stat"
}

memory() { # MB, resident: VmRSS now, VmHWM at most
  awk -v line="$2:" '$1 == line { printf "%d", $2 / 1024 }' "/proc/$1/status"
}

deliver() {
  curl -s -o "answer-$1" -w '%{http_code}\n' -H "x-signature: $signature" -d "$body" "$2"
}

busy() { # half of the connections
  timeout "$load" curl -s -Z --parallel-immediate --parallel-max 256 -o /dev/null -w '%{http_code}\n' -H "x-signature: $signature" -d "$body" \
    "$url?[1-10000000]" > "statuses-$1" 2> "errors-$1" || true
}

median() {
  sort -n | awk '{ all[NR] = $1 } END { print NR % 2 ? all[(NR + 1) / 2] : (all[NR / 2] + all[NR / 2 + 1]) / 2 }'
}

echo "wall s | CPU s | resident MB"
for run in $(seq "$runs"); do
  begun=$(date +%s.%N)
  # In the jar's own folder: an archive is only taken for the jar under the name that it was made with
  (cd "$(dirname "$jar")" && exec $java "$@" -jar "$(basename "$jar")" --server.port=18081 --pasar.data-dir="$work/data" \
    --spring.config.additional-location="file:$work/application.yaml") > "gateway-$run.log" 2>&1 &
  gateway=$!
  pids="$pids $gateway"
  until [ "$(deliver first "$url")" = 200 ]; do
    kill -0 "$gateway" || { cat "gateway-$run.log"; exit 1; }
    sleep 0.05
  done
  ended=$(date +%s.%N)
  cpu "$gateway" >> cpus
  echo >> cpus
  awk "BEGIN { printf \"%.2f\n\", $ended - $begun }" >> walls
  memory "$gateway" VmRSS >> residents
  echo >> residents
  echo "$(tail -1 walls) | $(tail -1 cpus) | $(tail -1 residents)"
  if [ "$run" = "$runs" ] && [ "$load" -gt 0 ]; then
    busy a & a=$!
    busy b & b=$!
    wait "$a" "$b"
    accepted=$(cat statuses-a statuses-b | grep -c '^200$' || true)
    answers=$(cat statuses-a statuses-b | wc -l)
    underload=$(memory "$gateway" VmHWM)
  fi
  kill "$gateway"
  wait "$gateway" || true
done

wall=$(median < walls)
cpu=$(median < cpus)
resident=$(median < residents)
echo "median of $runs: $wall s, $cpu s of CPU time, $resident MB"
[ "$load" -eq 0 ] || echo "$load s of load: $accepted of $answers answered 200, at most $underload MB resident"
printf '{"runs":%d,"wallSeconds":%s,"cpuSeconds":%s,"residentMegabytes":%s,"loadSeconds":%d,"answers":%d,"accepted":%d,"residentUnderLoadMegabytes":%d}\n' \
  "$runs" "$wall" "$cpu" "$resident" "$load" "${answers:-0}" "${accepted:-0}" "${underload:-0}" > "$out"
echo "$out"
