package io.pasar.inbound;

import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/** Down when the ingest port's certificate is not valid: no marketplace takes it, at this replica or any other. */
final class IngestHealthIndicator extends AbstractHealthIndicator {

    private final CertificateWatch certificate;

    /** @param certificate null where the port speaks plain HTTP */
    IngestHealthIndicator(CertificateWatch certificate) {
        this.certificate = certificate;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        health.up().withDetail("tls", certificate != null);
        if (certificate != null) {
            CertificateWatch.Status status = certificate.status();
            health.status(status.valid() ? "UP" : "DOWN").withDetail("certificate", status);
        }
    }
}
