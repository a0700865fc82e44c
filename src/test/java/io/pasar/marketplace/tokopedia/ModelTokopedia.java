package io.pasar.marketplace.tokopedia;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pasar.account.Account;
import io.pasar.marketplace.Listing;
import io.pasar.marketplace.RegistrationRequest;
import io.pasar.marketplace.TestAnswers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Tokopedia in memory, behind the mapper that the route file uses: a write replaces everything that was stored. */
public final class ModelTokopedia {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final TokopediaWebhooks webhooks = new TokopediaWebhooks();
    private final Set<String> unlistable;
    private ObjectNode stored;

    /** @param unlistable fields that are stored and used, and not shown by {@link #list} */
    public ModelTokopedia(ObjectNode stored, Set<String> unlistable) {
        this.stored = read(stored.toString().getBytes(StandardCharsets.UTF_8));
        this.unlistable = unlistable;
    }

    public Listing list(Account account) {
        ObjectNode shown = stored.deepCopy().put("fs_id", Long.parseLong(account.id()));
        shown.remove(unlistable);
        String answer = "{\"data\":" + shown + ",\"status\":\"200 Ok\",\"error_message\":[]}";
        return webhooks.listing(TestAnswers.answer(account, 200, answer));
    }

    public void register(RegistrationRequest request) {
        try {
            stored = read(webhooks.body(request));
            stored.remove("fs_id");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ObjectNode read(byte[] json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is stored, the unlistable fields included; a missing node where nothing is. */
    public JsonNode field(String name) {
        return stored.path(name);
    }

    public ObjectNode stored() {
        return stored.deepCopy();
    }
}
