package io.pasar;

import java.io.IOException;
import java.nio.file.Files;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * The whole gateway with its own Kafka, the real routes and one account at each marketplace, on free ports. Nobody
 * answers as a marketplace.
 */
@SpringBootTest(
        classes = PasarApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "pasar.public-url=https://gw.example",
            "pasar.ingest.port=0",
            "pasar.ingest.address=127.0.0.1",
            // Where nothing is to be shown about time, a slow machine shall not matter
            "pasar.ingest.answer-within=6s",
            "pasar.ingest.close-after=0s",
            "pasar.kafka.acknowledge-within=5s",
            "pasar.kafka.embedded.port=0",
            "pasar.kafka.topics.partitions=2",
            "pasar.api.tokens[0].name=reader",
            "pasar.api.tokens[0].role=read",
            "pasar.api.tokens[0].token=" + GatewayTest.READ_TOKEN,
            "pasar.api.tokens[1].name=writer",
            "pasar.api.tokens[1].role=write",
            "pasar.api.tokens[1].token=" + GatewayTest.WRITE_TOKEN,
            "pasar.marketplaces.tiki.api-url=http://127.0.0.1:9",
            "pasar.marketplaces.tiki.token-url=http://127.0.0.1:9/token",
            "pasar.marketplaces.tokopedia.api-url=http://127.0.0.1:9",
            "pasar.marketplaces.tokopedia.token-url=http://127.0.0.1:9/token",
            "pasar.accounts[0].marketplace=tiki",
            "pasar.accounts[0].id=p77",
            "pasar.accounts[0].client-id=tiki-client",
            "pasar.accounts[0].client-secret=tiki-client-secret",
            "pasar.accounts[0].webhook-secrets[0]=" + GatewayTest.TIKI_SECRET,
            "pasar.accounts[0].webhook-secrets[1]=" + GatewayTest.TIKI_OLD_SECRET,
            "pasar.accounts[0].events=order,stock,aftersale",
            "pasar.accounts[0].warehouses=sgn3",
            "pasar.accounts[1].marketplace=tokopedia",
            "pasar.accounts[1].id=13004",
            "pasar.accounts[1].client-id=tokopedia-client",
            "pasar.accounts[1].client-secret=tokopedia-client-secret",
            "pasar.accounts[1].webhook-secrets[0]=" + GatewayTest.TOKOPEDIA_SECRET,
            "pasar.accounts[1].events=order-notification,order-cancellation,order-status,order-request-cancellation,"
                    + "chat-notification,product-creation,product-changes,campaign-notification,"
                    + "order-partial-fulfillment,product-edit,product-discussion,"
                    + "order-confirm-delivery-notification,order-actions",
            "pasar.accounts[2].marketplace=tiki",
            "pasar.accounts[2].id=p78",
            "pasar.accounts[2].client-id=tiki-client",
            "pasar.accounts[2].client-secret=tiki-client-secret",
            "pasar.accounts[2].webhook-secrets[0]=" + GatewayTest.TIKI_SECRET,
            "pasar.accounts[2].events=order",
            "pasar.accounts[2].warehouses=sgn3",
        })
abstract class GatewayTest {

    static final String READ_TOKEN = "read-token-of-the-tests";
    static final String WRITE_TOKEN = "write-token-of-the-tests";
    static final String TIKI_SECRET = "0123456789abcdef0123456789ABCDEF";
    static final String TIKI_OLD_SECRET = "old-old-old-old-old-old-old-old!";
    static final String TOKOPEDIA_SECRET = "made-up-secret";

    @LocalServerPort
    int managementPort;

    Sender sender;

    @Autowired
    void sendTo(PlatformHttpEngine ingest) {
        sender = new Sender(ingest.getServerPort());
    }

    @DynamicPropertySource
    static void dataDir(DynamicPropertyRegistry registry) throws IOException {
        String directory = Files.createTempDirectory("pasar").toString();
        registry.add("pasar.data-dir", () -> directory);
    }
}
