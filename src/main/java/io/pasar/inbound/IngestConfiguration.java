package io.pasar.inbound;

import io.pasar.account.Mistake;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The public side of the gateway, {@code pasar.ingest}.
 *
 * @param port TCP port that marketplaces reach; 0 takes any free one
 * @param address local address to listen on
 * @param pathPrefix in front of {@code /webhooks/…}, for a proxy that does not strip it; empty for none
 * @param trustedProxies addresses and ranges (CIDR) of the proxies whose {@code Forwarded} and {@code X-Forwarded-…}
 *     headers are believed about the address that a delivery came for; of anybody else they are ignored
 * @param maxBody largest accepted body; a larger one is answered 413
 * @param answerWithin from the last byte of the body to the answer; what is not safe by then is answered 503
 * @param readWithin from the first byte of a request to the last byte of its body; a slower one is cut
 * @param maxInFlight deliveries being worked on at once; one more is answered 503
 * @param maxHeld memory for all bodies that are being received or worked on at once; a body that would hold more than it
 *     leaves to the others is answered 503
 * @param maxConnections open at once; one more takes the place of one that is idle
 * @param closeIdleAfter how long a connection may go without a whole request head; longer than a delivery may take
 * @param closeAfter from the signal to stop to the end of listening: the time in which a balancer looks elsewhere
 * @param tls certificate and key for HTTPS; null for plain HTTP behind a proxy that ends TLS
 */
public record IngestConfiguration(
        @DefaultValue("8080") @Min(0) @Max(65535) int port,
        @DefaultValue("0.0.0.0") @NotBlank String address,
        @DefaultValue("") @Pattern(regexp = "(/[A-Za-z0-9._~-]+)*", message = "must be empty or look like /some/path")
                String pathPrefix,
        @DefaultValue List<String> trustedProxies,
        @DefaultValue("1MB") @NotNull DataSize maxBody,
        @DefaultValue("500ms") @NotNull Duration answerWithin,
        @DefaultValue("10s") @NotNull Duration readWithin,
        @DefaultValue("4096") @Min(1) int maxInFlight,
        @DefaultValue("64MB") @NotNull DataSize maxHeld,
        @DefaultValue("8192") @Min(1) int maxConnections,
        @DefaultValue("30s") @NotNull Duration closeIdleAfter,
        @DefaultValue("3s") @NotNull Duration closeAfter,
        @Valid Tls tls) {

    /**
     * @param certificate PEM file with the certificate chain
     * @param key PEM file with the private key
     */
    public record Tls(@NotNull Path certificate, @NotNull Path key) {

        /** What is wrong with the files, fit to be shown; empty if nothing is. Reads them. */
        public List<Mistake> mistakes() {
            return new ServerCertificate(this).mistakes();
        }
    }
}
