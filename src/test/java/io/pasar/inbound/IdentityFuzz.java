package io.pasar.inbound;

import java.util.Arrays;
import java.util.List;

/** Any body of any event kind: always an identity, the same each time, and the one that the plain way finds. */
public final class IdentityFuzz {

    private static final String ACCOUNT = "p77";
    private static final int LONGEST_ENTITY = 1024;

    private static final List<IdentityScheme> SCHEMES = schemes();
    private static final List<IdentityScheme> OTHER_REPLICA = schemes();

    private IdentityFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        int index = (data[0] & 0xff) % SCHEMES.size();
        EventKindRoute kind = EventKindRoute.ALL.get(index);
        byte[] body = Arrays.copyOfRange(data, 1, data.length);

        Identity identity = identify(SCHEMES.get(index), kind, body);

        if (!identity.equals(identify(OTHER_REPLICA.get(index), kind, body))) {
            throw new AssertionError("The same bytes have two identities");
        }
        if (!identity.id().matches("[0-9a-f]{64}")
                || identity.entity().isEmpty()
                || identity.entity().length() > LONGEST_ENTITY) {
            throw new AssertionError("This is no identity");
        }
        Identity expected = IdentityModel.of(kind, ACCOUNT, body);
        if (expected != null && !expected.equals(identity)) {
            throw new AssertionError("Not the identity that the body says");
        }
    }

    private static Identity identify(IdentityScheme scheme, EventKindRoute kind, byte[] body) {
        return scheme.identify(kind.marketplace(), ACCOUNT, kind.eventKind(), body);
    }

    private static List<IdentityScheme> schemes() {
        return EventKindRoute.ALL.stream()
                .map(kind -> new IdentityScheme(kind.entity(), kind.identity(), kind.strength(), kind.occurredAt()))
                .toList();
    }
}
