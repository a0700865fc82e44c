package io.pasar.marketplace;

import io.pasar.account.Account;
import io.pasar.account.Secret;
import io.pasar.marketplace.MarketplaceException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.net.NamedEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What the routes of a marketplace offer, as Java: the call is theirs, the token and the meaning of a failure are
 * ours. Safe for use by many threads; every call blocks until the marketplace has answered or the time-outs under
 * {@code camel.component.http} are over.
 */
public final class MarketplaceCalls {

    private static final Logger LOGGER = LoggerFactory.getLogger(MarketplaceCalls.class);

    /** Exchange property: the {@link MarketplaceCall} being made. */
    static final String CALL = "marketplaceCall";

    /** Exchange property: the account's access token, for the route's {@code Authorization} header. */
    static final String ACCESS_TOKEN = "accessToken";

    /** Exchange property: the account that the call is for, still there when the answer has replaced the body. */
    static final String ACCOUNT = "account";

    /** Exchange property: what is being registered; null in other calls. */
    private static final String REQUEST = "registrationRequest";

    private final CamelContext context;
    private final ProducerTemplate template;
    private final RateLimits limits;
    private final AccessTokens tokens;

    public MarketplaceCalls(CamelContext context, ProducerTemplate template, RateLimits limits, Clock clock) {
        this.context = context;
        this.template = template;
        this.limits = limits;
        this.tokens = new AccessTokens(this::fetchToken, clock);
    }

    /** The account that the marketplace is being called for in this exchange. */
    public static Account account(Exchange exchange) {
        return exchange.getProperty(ACCOUNT, Account.class);
    }

    /** What is being registered in this exchange; null if it is another call. */
    public static RegistrationRequest request(Exchange exchange) {
        return exchange.getProperty(REQUEST, RegistrationRequest.class);
    }

    /** Whether the registrations of this marketplace can be read. */
    public boolean canList(String marketplace) {
        // An endpoint alone is no route: whatever refers to it makes it
        Endpoint endpoint = context.hasEndpoint(MarketplaceCall.LIST.endpoint(marketplace));
        return endpoint != null && context.getRoutes().stream().anyMatch(route -> route.getEndpoint() == endpoint);
    }

    /** Calls of each kind per second to this marketplace, by all replicas together; 0 for no limit. */
    public double requestsPerSecond(String marketplace) {
        return limits.perSecond(marketplace);
    }

    /** Whether a run that began now would wait too long for its turn under the rate limit. */
    public boolean isBusy(String marketplace) {
        return limits.expectedWait(marketplace).compareTo(Patience.RUN.atMost()) > 0;
    }

    /**
     * Reads what is registered, for a caller who waits.
     *
     * @throws MarketplaceException if the marketplace does not answer as it should
     */
    public Listing list(Account account) {
        return list(account, Patience.CALLER);
    }

    /**
     * Reads what is registered.
     *
     * @throws MarketplaceException if the marketplace does not answer as it should
     */
    public Listing list(Account account, Patience patience) {
        return withToken(account, MarketplaceCall.LIST, account, Listing.class, patience);
    }

    /**
     * Writes a registration, whole.
     *
     * @throws MarketplaceException if the marketplace does not take it, or does not say whether it did
     */
    public Registered register(RegistrationRequest request) {
        return withToken(request.account(), MarketplaceCall.REGISTER, request, Registered.class, Patience.RUN);
    }

    /** Forgets what is kept of everybody but these. */
    public void retain(Collection<Account> accounts) {
        tokens.retain(accounts);
    }

    private <T> T withToken(Account account, MarketplaceCall call, Object body, Class<T> answer, Patience patience) {
        Secret token = tokens.get(account, patience);
        try {
            return call(account, call, body, answer, token, patience);
        } catch (MarketplaceException e) {
            if (e.kind() != Kind.UNAUTHORIZED) {
                throw e;
            }
            tokens.invalidate(account, token);
            return call(account, call, body, answer, tokens.get(account, patience), patience);
        }
    }

    private AccessToken fetchToken(Account account, Patience patience) {
        return call(account, MarketplaceCall.TOKEN, account, AccessToken.class, null, patience);
    }

    private <T> T call(
            Account account, MarketplaceCall call, Object body, Class<T> answer, Secret token, Patience patience) {
        limits.await(account.marketplace(), call, patience.atMost());
        Exchange exchange = template.request(call.endpoint(account.marketplace()), prepared -> {
            prepared.setProperty(CALL, call);
            prepared.setProperty(ACCOUNT, account);
            prepared.setProperty(REQUEST, call == MarketplaceCall.REGISTER ? body : null);
            prepared.setProperty(ACCESS_TOKEN, token == null ? null : token.value());
            // What BoundedAnswers let through would be unpacked again, without a bound, if only its coding's name has
            // gzip in it
            prepared.setProperty(Exchange.SKIP_GZIP_ENCODING, true);
            prepared.getMessage().setBody(body);
        });
        limits.heed(account.marketplace(), call, exchange.getMessage());
        if (exchange.getException() != null) {
            throw failure(call, exchange.getException());
        }
        if (!answer.isInstance(exchange.getMessage().getBody())) {
            String text = call.words() + ": the route " + call.endpoint(account.marketplace()) + " must leave a "
                    + answer.getSimpleName() + " as its body";
            Kind kind = call.writes() ? Kind.OUTCOME_UNKNOWN : Kind.UNAVAILABLE;
            throw new MarketplaceException(kind, 0, null, text, null, null, null);
        }
        return answer.cast(exchange.getMessage().getBody());
    }

    private static MarketplaceException failure(MarketplaceCall call, Throwable thrown) {
        List<Throwable> chain = Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .limit(16)
                .toList();
        for (Throwable cause : chain) {
            if (cause instanceof MarketplaceException failure) {
                return failure;
            }
        }
        Throwable cause =
                chain.stream().filter(IOException.class::isInstance).findFirst().orElse(thrown);
        Kind kind = call.writes() && !nothingWasSent(chain) ? Kind.OUTCOME_UNKNOWN : Kind.UNAVAILABLE;
        // What an exception says of itself may be anything, and callers are shown this text
        LOGGER.atLevel(cause instanceof IOException ? Level.DEBUG : Level.WARN)
                .addKeyValue("call", call.words())
                .setCause(cause)
                .log("A call of a marketplace came to nothing");
        return new MarketplaceException(kind, 0, null, call.words() + ": " + words(cause), null, null, cause);
    }

    private static String words(Throwable cause) {
        if (cause instanceof UnknownHostException) {
            return "no connection: the host of that name is not known";
        }
        if (cause instanceof SSLPeerUnverifiedException) {
            return "no connection: TLS: its certificate is for another host";
        }
        if (cause instanceof SSLHandshakeException) {
            return "no connection: TLS failed; is its certificate one that Java trusts?";
        }
        if (cause instanceof HttpHostConnectException refused) {
            return "no connection" + to(refused.getHost());
        }
        if (cause instanceof ConnectTimeoutException late) {
            return "no connection in time" + to(late.getHost());
        }
        if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            return "no connection";
        }
        if (cause instanceof ConnectionRequestTimeoutException) {
            return "all connections to it were taken for too long";
        }
        if (cause instanceof SocketTimeoutException) {
            return "no answer in time";
        }
        if (cause instanceof BoundedAnswers.TooLargeException) {
            return cause.getMessage();
        }
        if (cause instanceof MessageConstraintException) {
            return "the headers of the answer are too large";
        }
        return cause instanceof IOException ? "connection cut, or not HTTP" : "failed in the gateway; its log says why";
    }

    private static String to(NamedEndpoint host) {
        return host == null ? "" : " to " + host.getHostName() + (host.getPort() < 0 ? "" : ":" + host.getPort());
    }

    /** Only failures before the request's first byte: any other may have come after the marketplace stored it. */
    private static boolean nothingWasSent(List<Throwable> chain) {
        return chain.stream()
                .anyMatch(cause -> cause instanceof ConnectException
                        || cause instanceof ConnectTimeoutException
                        || cause instanceof ConnectionRequestTimeoutException
                        || cause instanceof NoRouteToHostException
                        || cause instanceof UnknownHostException
                        || cause instanceof SSLHandshakeException
                        || cause instanceof SSLPeerUnverifiedException);
    }
}
