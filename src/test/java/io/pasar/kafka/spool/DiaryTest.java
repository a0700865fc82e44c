package io.pasar.kafka.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class DiaryTest {

    private static final String AWAY = "Kafka does not acknowledge";
    private static final String BACK = "The spool is empty again";
    private static final String REFUSED = "they are set aside";

    private long now = Duration.ofDays(1).toNanos();
    private final Diary diary = new Diary(() -> now);

    @Test
    void tellsThatKafkaIsAwayAndThatItIsBack(CapturedOutput output) {
        // Given: what it took and handed on before
        diary.look(0, 7, false);

        // When
        away(Duration.ofSeconds(60), 10);

        // Then
        assertThat(output.toString().lines().filter(line -> line.contains(AWAY)))
                .hasSize(1);
        assertThat(output).doesNotContain(BACK);

        // When
        diary.look(0, 20, false);
        diary.look(0, 20, false);

        // Then
        assertThat(output.toString().lines().filter(line -> line.contains(BACK)))
                .singleElement()
                .asString()
                .contains("INFO", "seconds=\"60\"", "events=\"13\"");
    }

    @Test
    void keepsAHiccupToItself(CapturedOutput output) {
        // When
        away(Duration.ofSeconds(4), 10);
        diary.look(0, 10, false);
        away(Duration.ofSeconds(4), 10);
        diary.look(0, 20, false);

        // Then
        assertThat(output).doesNotContain(AWAY).doesNotContain(BACK);
    }

    @Test
    void keepsABacklogToItselfWhileKafkaAcknowledges(CapturedOutput output) {
        // When
        for (int second = 0; second < 60; second++) {
            diary.look(1000, 1000, false);
            now += Duration.ofSeconds(1).toNanos();
        }
        diary.look(0, 1000, false);

        // Then
        assertThat(output).doesNotContain(AWAY).doesNotContain(BACK);
    }

    @Test
    void tellsOfAKafkaThatComesAndGoesOnceAMinute(CapturedOutput output) {
        // When
        for (int times = 0; times < 20; times++) {
            away(Duration.ofSeconds(9), times + 1);
            diary.look(0, times + 1, false);
            now += Duration.ofSeconds(1).toNanos();
        }

        // Then
        assertThat(output.toString().lines().filter(line -> line.contains(AWAY)))
                .hasSizeBetween(3, 4);
        assertThat(output.toString().lines().filter(line -> line.contains(BACK)))
                .hasSizeBetween(3, 4);
    }

    @Test
    void tellsOfTheFirstEventThatIsRefusedAndOfTheOthersTogether(CapturedOutput output) {
        // When
        for (int event = 0; event < 1000; event++) {
            diary.setAside("pasar.tiki.order", "topic-authorization");
        }

        // Then
        assertThat(output.toString().lines().filter(line -> line.contains(REFUSED)))
                .singleElement()
                .asString()
                .contains("ERROR", "events=\"1\"", "topic=\"pasar.tiki.order\"", "reason=\"topic-authorization\"");

        // When
        now += Duration.ofMinutes(1).toNanos();
        diary.look(0, 0, false);
        diary.look(0, 0, false);

        // Then
        assertThat(output.toString().lines().filter(line -> line.contains(REFUSED)))
                .hasSize(2)
                .last()
                .asString()
                .contains("events=\"999\"");
    }

    /** Looks every second, the last time at the end. */
    private void away(Duration time, long taken) {
        for (long second = 0; second <= time.toSeconds(); second++) {
            diary.look(1, taken, true);
            if (second < time.toSeconds()) {
                now += Duration.ofSeconds(1).toNanos();
            }
        }
    }
}
