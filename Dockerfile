# syntax=docker/dockerfile:1

FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /build
COPY .mvn .mvn
COPY pom.xml .
RUN --mount=type=cache,target=/root/.m2 mvn --batch-mode --quiet dependency:go-offline
COPY application.yaml .
COPY routes routes
COPY src/main src/main
RUN --mount=type=cache,target=/root/.m2 mvn --batch-mode --quiet package -DskipTests
# One layer per rate of change, so that an upgrade of Pasar alone moves a few hundred kilobytes
RUN java -Djarmode=tools -jar target/pasar.jar extract --layers --destination extracted

FROM eclipse-temurin:25-jre-noble
RUN apt-get update \
 && apt-get install --yes --no-install-recommends curl \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 pasar \
 && useradd --system --uid 10001 --gid pasar --home-dir /pasar --shell /usr/sbin/nologin pasar \
 && install --directory --owner=pasar --group=pasar /pasar /pasar/data
WORKDIR /pasar
COPY --from=build /build/extracted/dependencies/ ./
COPY --from=build /build/extracted/snapshot-dependencies/ ./
COPY --from=build /build/extracted/application/ ./
USER 10001:10001
# An archive in which every later start finds its classes loaded and linked, made by a gateway at work with the sandbox's
# sellers for a minute. The broker is a process of its own: in the archive its classes would only take memory.
RUN java -jar pasar.jar --server.port=0 --pasar.ingest.port=0 --pasar.kafka.embedded.port=19092 --camel.main.auto-startup=false \
      --pasar.data-dir=/tmp/broker > /tmp/broker.log & broker=$! \
 && { timeout 60 java -XX:+UseG1GC -XX:AOTCacheOutput=pasar.aot -jar pasar.jar --spring.profiles.active=sandbox \
      --pasar.kafka.bootstrap-servers=127.0.0.1:19092 --pasar.data-dir=/tmp/training || true; } \
 && kill "$broker" && { wait "$broker" || true; } \
 && test -s pasar.aot \
 && rm -r /tmp/broker /tmp/broker.log /tmp/training
# Configuration: mount /pasar/config/application.yaml, /pasar/accounts with account files, and /pasar/routes to replace the packed routes whole
VOLUME /pasar/data
EXPOSE 8080 8081
# A variable of this name replaces all of these; the archive stays. Deliveries die young: with more room for them the process
# is larger and no faster. The C library's own pools are kept few and given back, for the same reason
ENV JAVA_TOOL_OPTIONS="-XX:+UseSerialGC -Xms32m -Xmn24m -XX:MaxRAMPercentage=50 -XX:TrimNativeHeapInterval=5000 -XX:+ExitOnOutOfMemoryError" \
    MALLOC_ARENA_MAX=2
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:8081/actuator/health/liveness"]
ENTRYPOINT ["java", "-XX:AOTCache=pasar.aot", "-jar", "pasar.jar"]
