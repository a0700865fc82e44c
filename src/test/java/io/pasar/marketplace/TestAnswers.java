package io.pasar.marketplace;

import io.pasar.account.Account;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;

/** Answers as an {@code http:} step leaves them. */
public final class TestAnswers {

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();

    private TestAnswers() {}

    /** To a call that lists. */
    public static Exchange answer(Account account, int status, String body) {
        return answer(MarketplaceCall.LIST, account, status, body);
    }

    static Exchange answer(MarketplaceCall call, Account account, int status, String body) {
        Exchange exchange = new DefaultExchange(CONTEXT);
        exchange.setProperty(MarketplaceCalls.CALL, call);
        exchange.setProperty(MarketplaceCalls.ACCOUNT, account);
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        exchange.getMessage().setBody(body.getBytes(StandardCharsets.UTF_8));
        return exchange;
    }
}
