// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITokenizedDeposit} from "../interfaces/ITokenizedDeposit.sol";
import {World} from "./World.sol";

/// @dev ERC-20, ERC-2612 and the errors of ERC-6093 as far as these tests use them.
interface IDeposit is ITokenizedDeposit {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    error ERC20InvalidReceiver(address receiver);
    error ERC2612ExpiredSignature(uint256 deadline);
    error ERC2612InvalidSigner(address signer, address owner);

    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function decimals() external view returns (uint8);
    function totalSupply() external view returns (uint256);
    function balanceOf(address owner) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function nonces(address owner) external view returns (uint256);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;
}

contract TokenizedDepositTest is World {
    uint256 private constant OWNER = 0x77;
    address private constant BANKER = address(0xba);
    address private constant SPENDER = address(0x5e);
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    IDeposit private deposit;
    address private owner;

    function setUp() public override {
        vm.warp(T0);
        owner = vm.addr(OWNER);
        deposit = IDeposit(_create("TokenizedDeposit", abi.encode("Deposit JPY", "dJPY", uint8(0), BANKER)));
    }

    function test_deploy__as_named__by_the_bank_alone() public view {
        eq(keccak256(bytes(deposit.name())), keccak256("Deposit JPY"));
        eq(keccak256(bytes(deposit.symbol())), keccak256("dJPY"));
        eq(deposit.decimals(), 0);
        eq(deposit.bank(), BANKER);
        eq(deposit.totalSupply(), 0);
    }

    function test_decimals__of_another_currency__its_exponent() public {
        IDeposit other = IDeposit(_create("TokenizedDeposit", abi.encode("", "", uint8(3), BANKER)));
        eq(other.decimals(), 3);
    }

    function test_deploy__for_no_bank__refused() public {
        refused(abi.encodeWithSelector(ITokenizedDeposit.OnlyBank.selector, address(0)));
        this.deploy(address(0));
    }

    function test_mint__by_the_bank__owner_has_it() public {
        _emits();
        emit IDeposit.Transfer(address(0), owner, 100);
        _mint(100);
        _mint(1);
        eq(deposit.balanceOf(owner), 101);
        eq(deposit.totalSupply(), 101);
    }

    function test_mint__refused_in_order() public {
        vm.prank(owner);
        refused(abi.encodeWithSelector(ITokenizedDeposit.OnlyBank.selector, owner));
        deposit.mint(owner, 0);
        vm.prank(BANKER);
        refused(abi.encodeWithSelector(ITokenizedDeposit.ZeroDeposit.selector));
        deposit.mint(address(0), 0);
        vm.prank(BANKER);
        refused(abi.encodeWithSelector(IDeposit.ERC20InvalidReceiver.selector, address(0)));
        deposit.mint(address(0), 1);
    }

    function test_burn__by_the_bank__from_its_own_balance_alone() public {
        _mint(100);
        vm.prank(BANKER);
        refused(abi.encodeWithSelector(IDeposit.ERC20InsufficientBalance.selector, BANKER, 0, 1));
        deposit.burn(1);
        vm.prank(BANKER);
        deposit.mint(BANKER, 50);
        _emits();
        emit IDeposit.Transfer(BANKER, address(0), 50);
        vm.prank(BANKER);
        deposit.burn(50);
        eq(deposit.balanceOf(BANKER), 0);
        eq(deposit.balanceOf(owner), 100);
        eq(deposit.totalSupply(), 100);
    }

    function test_burn__refused_in_order() public {
        _mint(100);
        vm.prank(owner);
        refused(abi.encodeWithSelector(ITokenizedDeposit.OnlyBank.selector, owner));
        deposit.burn(0);
        vm.prank(BANKER);
        refused(abi.encodeWithSelector(ITokenizedDeposit.ZeroDeposit.selector));
        deposit.burn(0);
    }

    function test_permit__in_its_last_second__allows_once() public {
        _mint(100);
        _emits();
        emit IDeposit.Approval(owner, SPENDER, 60);
        _permit(OWNER, 60, T0);
        eq(deposit.allowance(owner, SPENDER), 60);
        eq(deposit.nonces(owner), 1);
        vm.prank(SPENDER);
        deposit.transferFrom(owner, BANKER, 60);
        eq(deposit.balanceOf(BANKER), 60);
        eq(deposit.balanceOf(owner), 40);
        eq(deposit.allowance(owner, SPENDER), 0);
    }

    function test_permit__one_second_later__expired() public {
        refused(abi.encodeWithSelector(IDeposit.ERC2612ExpiredSignature.selector, T0 - 1));
        _permit(OWNER, 60, T0 - 1);
    }

    function test_permit__signed_by_another__invalid_signer() public {
        refused(abi.encodeWithSelector(IDeposit.ERC2612InvalidSigner.selector, vm.addr(STRANGER), owner));
        _permit(STRANGER, 60, T0);
        eq(deposit.allowance(owner, SPENDER), 0);
    }

    function test_permit__used_again__invalid_signer() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(OWNER, _digest(60, T0));
        deposit.permit(owner, SPENDER, 60, T0, v, r, s);
        (bool again, bytes memory answer) =
            address(deposit).call(abi.encodeCall(deposit.permit, (owner, SPENDER, 60, T0, v, r, s)));
        yes(!again && bytes4(answer) == IDeposit.ERC2612InvalidSigner.selector);
        eq(deposit.nonces(owner), 1);
    }

    function deploy(address bank) external {
        _create("TokenizedDeposit", abi.encode("Deposit JPY", "dJPY", uint8(0), bank));
    }

    function _mint(uint256 amount) private {
        vm.prank(BANKER);
        deposit.mint(owner, amount);
    }

    function _emits() private {
        vm.expectEmit(true, true, true, true, address(deposit));
    }

    function _permit(uint256 key, uint256 value, uint256 deadline) private {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _digest(value, deadline));
        deposit.permit(owner, SPENDER, value, deadline, v, r, s);
    }

    /// @dev For the owner's first permit. The domain is the token's own: its name, version 1.
    function _digest(uint256 value, uint256 deadline) private view returns (bytes32) {
        bytes32 domain_ = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Deposit JPY"),
                keccak256("1"),
                block.chainid,
                address(deposit)
            )
        );
        bytes32 structHash = keccak256(abi.encode(PERMIT, owner, SPENDER, value, 0, deadline));
        return keccak256(abi.encodePacked(hex"1901", domain_, structHash));
    }
}
