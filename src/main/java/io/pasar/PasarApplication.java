package io.pasar;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The gateway's entry point. */
@SpringBootApplication
class PasarApplication {

    public static void main(String[] args) {
        SpringApplication.run(PasarApplication.class, args);
    }
}
