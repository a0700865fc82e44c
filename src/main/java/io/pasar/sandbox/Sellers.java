package io.pasar.sandbox;

import java.util.List;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** Every seller of the configuration, of all marketplaces. */
record Sellers(List<Seller> all) {

    static Sellers from(Environment environment) {
        return new Sellers(Binder.get(environment)
                .bind("pasar.accounts", Bindable.listOf(Seller.class))
                .orElse(List.of()));
    }

    List<Seller> of(String marketplace) {
        return all.stream()
                .filter(seller -> seller.marketplace().equals(marketplace))
                .toList();
    }
}
