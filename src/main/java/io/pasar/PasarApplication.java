package io.pasar;

import io.pasar.cli.Cli;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The entry point: the gateway, or with a command word its command line. */
@SpringBootApplication
class PasarApplication {

    public static void main(String[] args) {
        if (Cli.isFor(args)) {
            System.exit(Cli.run(args, System.getenv(), System.out, System.err));
        }
        StopDeadline deadline = new StopDeadline();
        deadline.install();
        SpringApplication application = new SpringApplication(PasarApplication.class);
        application.addListeners(deadline);
        application.run(args);
    }
}
