package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTest {

    @Test
    void readsTheDocumentedForm() throws Exception {
        // When
        Command command = Command.read(
                bytes(
                        "{\"id\":\"a 1\",\"action\":\"list\",\"marketplace\":\"tiki\",\"account\":\"p77\",\"more\":{\"a\":[1]}}"),
                null);

        // Then
        assertThat(command).isEqualTo(new Command("a 1", Action.LIST, "tiki", "p77", null));
        assertThat(command.key()).isEqualTo("tiki/p77");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|it is empty|",
                "' '|it is empty|",
                "null|it is JSON, but no object|",
                "[{\"id\":\"1\"}]|it is JSON, but no object|",
                "\"apply\"|it is JSON, but no object|",
                "{\"id\":\"1\"|it is no JSON, from line 1, column 10|",
                "{\"id\":\"1\"} {}|it is no JSON|",
                "{\"action\":\"plan\",\"marketplace\":\"m\",\"account\":\"a\"}|id must be a text|",
                "{\"id\":5,\"action\":\"plan\",\"marketplace\":\"m\",\"account\":\"a\"}|id must be a text|",
                "{\"id\":\" \",\"action\":\"plan\",\"marketplace\":\"m\",\"account\":\"a\"}|id must be a text|",
                "{\"id\":\"a\\u000ab\",\"action\":\"plan\",\"marketplace\":\"m\",\"account\":\"a\"}|id must be a text|",
                "{\"id\":\"1\",\"marketplace\":\"m\",\"account\":\"a\"}|action must be list, plan or apply|1",
                "{\"id\":\"1\",\"action\":2,\"marketplace\":\"m\",\"account\":\"a\"}|action must be|1",
                "{\"id\":\"1\",\"action\":\"APPLY\",\"marketplace\":\"m\",\"account\":\"a\"}|action must be|1",
                "{\"id\":\"1\",\"action\":\"plan\",\"marketplace\":[\"m\"],\"account\":\"a\"}|marketplace must be a text|1",
                "{\"id\":\"1\",\"action\":\"plan\",\"marketplace\":\"m\",\"account\":7}|account must be a text|1",
                "{\"id\":\"1\",\"action\":\"plan\",\"action\":\"apply\"}|a member is in it twice|1",
            })
    void saysWhatIsWrongAndWhichIdItHas(String json, String mistake, String id) {
        // When
        BadCommandException refused = refused(bytes(json));

        // Then
        assertThat(refused).hasMessageStartingWith("The command cannot be read: " + mistake);
        assertThat(refused.id()).isEqualTo(id);
    }

    @Test
    void isNotTakenOverAgainWhenItsHeaderWasLost() throws Exception {
        // Given
        Command ours = new Command("1", Action.PLAN, "tiki", "p77", Trigger.REQUEST);
        byte[] json = RegistrationTopics.JSON.writeValueAsBytes(ours);

        // Then
        assertThat(Command.read(json, Trigger.REQUEST)).isEqualTo(ours);
        assertThat(refused(json))
                .hasMessageContaining("its header pasar_trigger was lost; routes/commands.camel.yaml must keep it");
    }

    @Test
    void repeatsNoLongId() {
        // When
        BadCommandException refused = refused(bytes("{\"id\":\"" + "x".repeat(201) + "\"}"));

        // Then
        assertThat(refused.id()).isNull();
        assertThat(refused).hasMessageContaining("1 to 200 characters");
    }

    @Test
    void refusesWhatIsNestedTooDeep() {
        assertThat(refused(bytes("{\"id\":".repeat(500_000)))).hasMessageContaining("it is no JSON");
    }

    @Test
    void refusesATombstone() {
        assertThat(refused(null)).hasMessageContaining("it is empty");
    }

    @Test
    void refusesBytesThatAreNoText() {
        assertThat(refused(new byte[] {0, 0, (byte) 0xfe, (byte) 0xff, 0x12})).hasMessageContaining("it is no JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TIMER", "RECONCILE", "REQUEST"})
    void knowsItsOwnTriggers(String name) {
        assertThat(Trigger.named(name).name()).isEqualTo(name);
    }

    @Test
    void takesATriggerOfANewerVersionForTheWeakest() {
        assertThat(Trigger.named("TELEPATHY")).isEqualTo(Trigger.RECONCILE);
        assertThat(Trigger.named(null)).isNull();
    }

    private static BadCommandException refused(byte[] json) {
        return catchThrowableOfType(BadCommandException.class, () -> Command.read(json, null));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
