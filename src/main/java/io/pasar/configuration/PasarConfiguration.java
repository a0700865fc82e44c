package io.pasar.configuration;

import io.pasar.account.Account;
import io.pasar.api.ApiConfiguration;
import io.pasar.inbound.IngestConfiguration;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.spool.SpoolConfiguration;
import io.pasar.marketplace.MarketplaceConfiguration;
import io.pasar.registration.RegistrationConfiguration;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything under {@code pasar} in application.yaml. Each part goes to the package that uses it.
 *
 * @param dataDir parent of everything kept on the local disk
 * @param publicUrl where marketplaces reach the ingest port; registered URLs begin with it
 * @param formerPublicUrls what the public URL was before; still accepted, and watched until nothing comes for them
 * @param marketplaces by name
 * @param accountsDir where files with more accounts are; it need not exist
 */
public record PasarConfiguration(
        @DefaultValue("data") Path dataDir,
        @NotNull URI publicUrl,
        @DefaultValue List<URI> formerPublicUrls,
        @DefaultValue @Valid IngestConfiguration ingest,
        @DefaultValue @Valid KafkaConfiguration kafka,
        @DefaultValue @Valid SpoolConfiguration spool,
        @DefaultValue @Valid ApiConfiguration api,
        @DefaultValue Map<String, @Valid MarketplaceConfiguration> marketplaces,
        @DefaultValue @Valid RegistrationConfiguration registration,
        @DefaultValue List<@Valid Account> accounts,
        @DefaultValue("accounts") Path accountsDir) {

    PasarConfiguration withAccounts(List<Account> others) {
        return new PasarConfiguration(
                dataDir,
                publicUrl,
                formerPublicUrls,
                ingest,
                kafka,
                spool,
                api,
                marketplaces,
                registration,
                others,
                accountsDir);
    }
}
