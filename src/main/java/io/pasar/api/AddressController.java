package io.pasar.api;

import io.pasar.registration.AddressTraffic;
import io.pasar.registration.Registrations;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** For whoever moves the public URL. */
@RestController
@Tag(name = "Addresses", description = "The public URL, former ones, and what still comes to them")
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
class AddressController {

    private final Registrations registrations;

    AddressController(Registrations registrations) {
        this.registrations = registrations;
    }

    @GetMapping("/addresses")
    @Operation(
            summary = "Which addresses webhooks come to, over all accounts",
            description = "A former public URL is drained, and may go, when every account is registered at the current"
                    + " one and no verified delivery has come for it for `pasar.registration.drain-for`. Only verified"
                    + " deliveries count.")
    @ApiResponse(
            responseCode = "200",
            description = "The current address first; `url` is null for all that are not configured. `accounts` is how"
                    + " many came to it within `drain-for`; `reason` is why a former one may not go yet",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.ADDRESSES)))
    AddressList addresses() {
        return new AddressList(registrations.addresses());
    }

    record AddressList(List<AddressTraffic> addresses) {}
}
