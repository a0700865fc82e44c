package io.pasar.sandbox;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;

/**
 * The sandbox's one thread for everything that happens later. Not a bean of an executor's type: Spring Boot would take
 * it for the application's own executor and leave that out.
 */
final class Schedule implements DisposableBean {

    private static final Logger LOGGER = LoggerFactory.getLogger(Schedule.class);

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "sandbox");
        thread.setDaemon(true);
        return thread;
    });

    void run(Runnable task) {
        later(Duration.ZERO, task);
    }

    /** Forgets the task when the sandbox is already stopping. */
    void later(Duration delay, Runnable task) {
        try {
            executor.schedule(() -> guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.debug("Stopping, nothing is scheduled any more");
        }
    }

    void every(Duration pause, Runnable task) {
        executor.scheduleAtFixedRate(() -> guarded(task), pause.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** One failure would otherwise silently end a repeated task. */
    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOGGER.atError().setCause(e).log("A task of the sandbox failed");
        }
    }

    @Override
    public void destroy() {
        executor.shutdownNow();
    }
}
